"""Convolution over any number of spatial axes (in fact correlation: the kernel is not reversed).

    y[n, m, o] = Σ_c Σ_k w[m, c, k] x[n, c, s·o + d·k - p] + b[m]

    x: (N, C, *spatial)   w: (M, C/G, *kernel)   b: (M,)   y: (N, M, *out)

with stride s, dilation d, padding p; x is zero outside. With G groups, the channels are cut into G
parts that do not see each other; G = C is the depthwise convolution. All windows side by side as
columns make it one matrix product per group: (M/G, C/G·K) times (C/G·K, N·P), where K counts the
elements of the kernel and P the outputs of an image.

On the way back, δ = dy is the error of this layer (Nielsen's BP2 to BP4 with weights shared by all
places). The input x[i] enters y[o] with the weight w[k] if i = s·o + d·k - p, so

    dx[n, c, i] = Σ_m Σ_k w[m, c, k] δ[n, m, (i + p - d·k) / s]    where that is an integer

k runs backwards along δ: put s-1 zeros between the elements of δ, and this is the full correlation
of δ with the kernel rotated by 180°, its two channel axes exchanged. And

    dw[m, c, k] = Σ_n Σ_o δ[n, m, o] x[n, c, s·o + d·k - p]        db[m] = Σ_n Σ_o δ[n, m, o]

the same columns times δ.

Y. LeCun, B. Boser, J. S. Denker et al., 1989, *Backpropagation applied to handwritten zip code
recognition*; K. Chellapilla, S. Puri, P. Simard, 2006, *High performance convolutional neural
networks for document processing*, section 3 (columns).
"""

from __future__ import annotations

import math
from typing import Any

from ..backend import namespace
from ..errors import ShapeError
from ..typing import Array
from ..windows import Windows, windows
from .matching import require_bias, require_groups, require_image, require_same_dtype
from .op import Op
from .sliding import insert_zeros, slide

__all__ = ["conv"]


def check(
    x: Array,
    w: Array,
    b: Array | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> None:
    axes = len(w.shape) - 2
    where = f"conv{axes}d" if axes > 0 else "conv"
    if axes < 1:
        raise ShapeError(
            f"conv: weight must be (M, C/groups, *kernel), got {tuple(w.shape)}; it needs at least "
            "one spatial axis"
        )
    require_groups(where, groups, out_channels=w.shape[0])
    require_image(where, x, axes, w.shape[1] * groups)
    require_bias(where, b, w.shape[0])
    require_same_dtype(where, x, w)
    windows(where, x.shape[2:], w.shape[2:], stride, padding, dilation)


def forward(
    x: Array,
    w: Array,
    b: Array | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> tuple[Array, Any]:
    win = windows("conv", x.shape[2:], w.shape[2:], stride, padding, dilation)
    return with_bias(correlate(x, w, win, groups), b), (x, w, win, groups)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, win, groups = saved
    dx = correlate_rotated(dy, w, win, groups, x.shape[2:]) if needs[0] else None
    dw = correlate_with_error(dy, x, win, groups, w.shape) if needs[1] else None
    db = sum_of_error(dy) if len(needs) > 2 and needs[2] else None
    return (dx, dw, db)[: len(needs)]


conv = Op("conv", forward, backward, check)


# ---- the three sums above, also those of the transposed convolution ------------------------------


def correlate(x: Array, w: Array, win: Windows, groups: int) -> Array:
    """Compute y from x: (N, C, *spatial), (M, C/G, *kernel) -> (N, M, *out)."""
    xp = namespace(x, w)
    columns = _columns(x, win, groups)  # (G, C/G·K, N·P)
    weights = xp.reshape(w, (groups, w.shape[0] // groups, columns.shape[1]))  # (G, M/G, C/G·K)
    return _samples_first(_product(weights, columns), x.shape[0], win.out)


def correlate_rotated(
    dy: Array, w: Array, win: Windows, groups: int, spatial: tuple[int, ...]
) -> Array:
    """Compute dx from dy: (N, M, *out), (M, C/G, *kernel) -> (N, C, *spatial)."""
    xp = namespace(dy, w)
    spatial = tuple(spatial)
    per_group, channels = w.shape[0] // groups, w.shape[1]
    rotated = xp.flip(w, axis=tuple(range(2, len(w.shape))))
    rotated = xp.reshape(rotated, (groups, per_group, channels, *win.kernel))
    order = (0, 2, 1, *range(3, 3 + len(win.kernel)))
    rotated = xp.permute_dims(rotated, order)  # (G, M/G, C/G, *kernel) -> (G, C/G, M/G, *kernel)
    rotated = xp.reshape(rotated, (groups * channels, per_group, *win.kernel))
    apart = insert_zeros(dy, win.stride)
    padded = tuple(b + n + a for n, (b, a) in zip(spatial, win.padding, strict=True))
    full = []  # enough zeros around the error that every element of the padded input is reached
    for n, k, d, length in zip(apart.shape[2:], win.kernel, win.dilation, padded, strict=True):
        reach = d * (k - 1)
        full.append((reach, length - n))
    back = Windows(win.kernel, (1,) * len(spatial), win.dilation, tuple(full), padded)
    dx = correlate(apart, rotated, back, groups)
    inside = tuple(slice(b, b + n) for n, (b, _) in zip(spatial, win.padding, strict=True))
    return dx[(slice(None), slice(None), *inside)]


def correlate_with_error(
    dy: Array, x: Array, win: Windows, groups: int, shape: tuple[int, ...]
) -> Array:
    """Compute dw from x and dy: -> (M, C/G, *kernel)."""
    xp = namespace(dy, x)
    columns = _columns(x, win, groups)  # (G, C/G·K, N·P)
    dw = _product(_groups_first(dy, groups), xp.matrix_transpose(columns))
    return xp.reshape(dw, tuple(shape))  # (G, M/G, C/G·K) -> (M, C/G, *kernel)


def sum_of_error(dy: Array) -> Array:
    """Compute db: (N, M, *out) -> (M,)."""
    return namespace(dy).sum(dy, axis=(0, *range(2, len(dy.shape))))


def with_bias(y: Array, b: Array | None) -> Array:
    """Add one number to each channel."""
    if b is None:
        return y
    return y + namespace(b).reshape(b, (b.shape[0],) + (1,) * (len(y.shape) - 2))  # (M, 1, 1)


def _columns(x: Array, win: Windows, groups: int) -> Array:
    """Lay the windows side by side: (N, C, *spatial) -> (G, C/G·K, N·P)."""
    xp = namespace(x)
    n, channels = x.shape[:2]
    seen = xp.stack(slide(x, win), axis=2)  # (N, C, K, *out)
    return _groups_first(xp.reshape(seen, (n, channels * win.places, *win.out)), groups)


def _groups_first(x: Array, groups: int) -> Array:
    """(N, G·A, *out) -> (G, A, N·P)."""
    xp = namespace(x)
    n, rows, pixels = x.shape[0], x.shape[1] // groups, math.prod(x.shape[2:])
    x = xp.permute_dims(xp.reshape(x, (n, groups, rows, pixels)), (1, 2, 0, 3))
    return xp.reshape(x, (groups, rows, n * pixels))


def _samples_first(y: Array, n: int, out: tuple[int, ...]) -> Array:
    """(G, A, N·P) -> (N, G·A, *out)."""
    xp = namespace(y)
    groups, rows = y.shape[:2]
    y = xp.permute_dims(xp.reshape(y, (groups, rows, n, math.prod(out))), (2, 0, 1, 3))
    return xp.reshape(y, (n, groups * rows, *out))


def _product(a: Array, b: Array) -> Array:
    """Multiply the matrices of each group; a single pair as 2-D, which every library does best."""
    xp = namespace(a, b)
    if a.shape[0] > 1:
        return xp.matmul(a, b)
    return xp.expand_dims(xp.matmul(a[0, ...], b[0, ...]), axis=0)
