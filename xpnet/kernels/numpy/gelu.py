"""The Gaussian error linear unit in part of the operations, in memory that is used again.

Since Φ(-x) = 1 - Φ(x), the tail T = Φ(-|x|) gives both sides,

    x Φ(x) = max(x, 0) - |x| T            Φ(x) = 1/2 ± (1/2 - T)

and T exp(x²/2) is smooth: a polynomial in t = 1 / (1 + p |x|), 0 < t <= 1. The exponential that
remains is the density as well, so the slope Φ + x φ, which the way back multiplies by, costs two
more operations on the way there.

C. Hastings, 1955, *Approximations for digital computers*, sheets 43 to 45, has this form with six
digits; the coefficients here are fitted to the relative error of T, 1e-6 and 4e-15.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from . import memory
from .threads import cut, run

__all__: list[str] = []

PART = 1 << 17
"""So many numbers are worked on at a time: with fewer, threads wait for each other's calls."""

_COEFFICIENTS = {
    "f": (
        0.33,
        (
            0.1316510806,
            0.1316469898,
            0.117216671,
            0.09100527217,
            0.03342785858,
            0.06743240302,
            -0.1056657175,
            0.03328592952,
        ),
    ),
    "d": (
        0.23,
        (
            0.09175672449232936,
            0.09175672449240935,
            0.08690279375574415,
            0.07719493300117378,
            0.0634034352703223,
            0.04706951924545107,
            0.030291455083697138,
            0.015434462840790055,
            0.003569440110496841,
            0.000895742873864118,
            -0.018626976467610745,
            0.045685253866210515,
            -0.1305599605469954,
            0.2722125923521579,
            -0.43651356362185806,
            0.5443552848208415,
            -0.5051421724080434,
            0.3360127890978516,
            -0.1550206604635048,
            0.04714129937218518,
            -0.008510449648096354,
            0.000691332480584006,
        ),
    ),
}
"""p, and the coefficients of t, t², ... by the kind of number."""


def accepts(x: Array, *, approximate: str = "none") -> bool:
    """Take the exact form in single and double precision."""
    return bool(approximate == "none" and x.dtype.char in "fd" and x.ndim > 0)


def forward(x: Array, *, approximate: str = "none") -> tuple[Array, Any]:
    x = x if memory.is_whole(x) else np.ascontiguousarray(x)
    y, slope = memory.empty_like(x), memory.empty_like(x)
    numbers, results, slopes = memory.flat(x), memory.flat(y), memory.flat(slope)
    p, (*rest, last) = _COEFFICIENTS[x.dtype.char]
    integer: Any = np.int32 if x.dtype.char == "f" else np.int64
    lowest = np.iinfo(integer).min  # the bit of the sign

    def work(part: slice) -> None:
        own, out, d = numbers[part], results[part], slopes[part]
        size, t = (memory.empty(own.shape, own.dtype) for _ in range(2))
        np.abs(own, out=size)
        np.add(size, 1 / p, out=t)
        np.divide(1 / p, t, out=t)
        np.multiply(t, last, out=out)
        for c in reversed(rest):
            np.add(out, c, out=out)
            np.multiply(out, t, out=out)
        np.multiply(own, own, out=t)
        np.multiply(t, -0.5, out=t)
        density = np.exp(t, out=t)
        tail = np.multiply(out, density, out=out)
        np.multiply(density, own, out=density)
        np.multiply(density, 1 / math.sqrt(2 * math.pi), out=density)
        np.subtract(0.5, tail, out=d)
        np.multiply(size, tail, out=tail)
        np.add(own, size, out=size)  # 2 max(x, 0): np.maximum takes three times as long
        np.multiply(size, 0.5, out=size)
        np.subtract(size, tail, out=out)
        sign = np.bitwise_and(own.view(integer), lowest, out=size.view(integer))
        np.bitwise_or(d.view(integer), sign, out=d.view(integer))  # np.copysign, twice as fast
        np.add(d, 0.5, out=d)  # Φ
        np.add(d, density, out=d)

    run(work, cut(len(numbers), PART), products=False)
    return y, slope


def backward(dy: Array, slope: Array, needs: tuple[bool, ...]) -> tuple[Array]:
    dx = memory.empty_like(slope)
    if dy.strides != slope.strides or not memory.is_whole(slope):
        return (np.multiply(dy, slope, out=dx),)
    errors, slopes, out = (memory.flat(a) for a in (dy, slope, dx))

    def work(part: slice) -> None:
        np.multiply(errors[part], slopes[part], out=out[part])

    run(work, cut(len(out), PART), products=False)
    return (dx,)


register("gelu", library="numpy", forward=forward, backward=backward, accepts=accepts)
