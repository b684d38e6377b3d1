"""Resampling by linear interpolation, over any number of spatial axes: bilinear for images.

    y[o] = Σ_i M[o, i] x[i],   M[o, i] = max(0, 1 - |s(o) - i|)        dx[i] = Σ_o M[o, i] dy[o]

    x: (N, C, *spatial)   y: (N, C, *out)

along each axis. s(o) is where output o lies in the input: r (o + 1/2) - 1/2 with r = spatial/out,
so that the edges of both images coincide, or o (spatial - 1)/(out - 1) with align_corners, so that
the centres of their outermost elements do; kept within 0 and spatial - 1, which repeats the
outermost element. A row of M has at most two weights, those of the two neighbours, and sums to 1.
With the matrices A and B of the two axes an image becomes A X Bᵀ, and its error Aᵀ Δ B.

As a product with a matrix, a NaN or infinity spreads over the whole row and column of an image.

R. C. Gonzalez, R. E. Woods, 2018, *Digital image processing*, 4th edition, equation 2-17.
"""

from __future__ import annotations

from typing import Any

from ...backend import library_of, namespace, unwrap
from ...typing import Array
from ..op import Op
from .sizes import Resampling, check_resampling, resampling

__all__ = ["upsample_linear"]


def check(
    x: Array, *, size: Any = None, scale_factor: Any = None, align_corners: bool = False
) -> None:
    check_resampling("upsample_linear", x, size, scale_factor)


def forward(
    x: Array, *, size: Any = None, scale_factor: Any = None, align_corners: bool = False
) -> tuple[Array, Any]:
    axes = resampling("upsample_linear", tuple(x.shape[2:]), size, scale_factor)
    weights = [_weights(x, along, align_corners) for along in axes]
    for axis, m in enumerate(weights, start=2):
        x = _along(x, axis, m, 1)
    return x, weights


def backward(dy: Array, weights: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    for axis, m in enumerate(weights, start=2):
        dy = _along(dy, axis, m, 0)
    return (dy,)


upsample_linear = Op("upsample_linear", forward, backward, check)


def _along(x: Array, axis: int, m: Array, summed: int) -> Array:
    """Multiply an axis by M, or by Mᵀ if `summed` is 0."""
    xp = namespace(x)
    return xp.moveaxis(xp.tensordot(x, m, axes=((axis,), (summed,))), -1, axis)


def _weights(x: Array, along: Resampling, align_corners: bool) -> Array:
    """Return M, in the dtype and on the device of x: -> (out, spatial)."""
    bare = unwrap(x)
    xp = namespace(bare)
    half = xp.finfo(bare.dtype).bits < 32  # too coarse for the places themselves
    like = {
        "dtype": xp.float32 if half else bare.dtype,
        "device": library_of(bare).device(bare),
    }
    o = xp.arange(along.out, **like)
    if align_corners:
        s = o * ((along.size - 1) / max(along.out - 1, 1))
    else:
        s = xp.clip(float(along.ratio) * (o + 0.5) - 0.5, min=0.0, max=along.size - 1.0)
    distance = xp.abs(xp.expand_dims(s, axis=1) - xp.arange(along.size, **like))
    return xp.astype(xp.maximum(1.0 - distance, 0.0), bare.dtype)
