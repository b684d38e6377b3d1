"""Resampling by copies of the nearest element, over any number of spatial axes.

    y[o] = x[⌊o r⌋]        dx[i] = Σ_o dy[o] [⌊o r⌋ = i]        along each axis

    x: (N, C, *spatial)   y: (N, C, *out)

where r = spatial/out. An element gets back the sum of the errors of its copies: if out = f·spatial,
those of f neighbours. The products are exact, so of ⌊o r⌋ the mathematical value is taken (PyTorch
rounds r to float32, and may take the neighbour where o r is an integer).

R. C. Gonzalez, R. E. Woods, 2018, *Digital image processing*, 4th edition, section 2.4.
"""

from __future__ import annotations

from typing import Any

from ...backend import extra, library_of, namespace, unwrap
from ...typing import Array
from ..op import Op
from .sizes import Resampling, check_resampling, resampling

__all__ = ["upsample_nearest"]


def check(x: Array, *, size: Any = None, scale_factor: Any = None) -> None:
    check_resampling("upsample_nearest", x, size, scale_factor)


def forward(x: Array, *, size: Any = None, scale_factor: Any = None) -> tuple[Array, Any]:
    axes = resampling("upsample_nearest", tuple(x.shape[2:]), size, scale_factor)
    xp = namespace(x)
    steps = []
    for axis, along in enumerate(axes, start=2):
        if along.copies:
            indices = None
            x = _repeated(x, axis, along.copies)
        else:
            indices = _nearest(x, along)
            x = xp.take(x, indices, axis=axis)
        steps.append((axis, along, indices))
    return x, steps


def backward(dy: Array, steps: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    xp = namespace(dy)
    for axis, along, indices in reversed(steps):
        if indices is None:
            shape = tuple(dy.shape)
            copies = (*shape[:axis], along.size, along.copies, *shape[axis + 1 :])
            dy = xp.sum(xp.reshape(dy, copies), axis=axis + 1)  # (..., L, f, ...) -> (..., L, ...)
        else:
            dy = extra.scatter_add(dy, indices, along.size, axis)
    return (dy,)


upsample_nearest = Op("upsample_nearest", forward, backward, check)


def _repeated(x: Array, axis: int, copies: int) -> Array:
    """Repeat each element: (..., L, ...) -> (..., L·copies, ...)."""
    if copies == 1:
        return x
    xp = namespace(x)
    shape = tuple(x.shape)
    front, back = shape[: axis + 1], shape[axis + 1 :]
    x = xp.broadcast_to(xp.expand_dims(x, axis=axis + 1), (*front, copies, *back))
    return xp.reshape(x, (*shape[:axis], shape[axis] * copies, *back))


def _nearest(x: Array, along: Resampling) -> Array:
    """Return ⌊o r⌋ for each o, in integers and on the device: -> (out,)."""
    bare = unwrap(x)
    xp = namespace(bare)
    o = xp.arange(along.out, dtype=xp.int64, device=library_of(bare).device(bare))
    indices = o * along.ratio.numerator // along.ratio.denominator
    return xp.clip(indices, max=along.size - 1)
