"""The rectifier: its gradient is a bit mask, ten times faster than a selection by ``np.where``."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from ..registry import register
from . import memory
from .threads import cut, run

__all__: list[str] = []

PART = 1 << 18
"""So many elements are worked on at a time."""

SMALL = 1 << 13
"""Fewer elements are worked on by one call, which is slower but has less to prepare."""

WIDE = 64
"""Rows of at least so many numbers are compared one by one, without taking the array apart."""

_INTEGER: dict[object, type] = {np.dtype("float32"): np.int32, np.dtype("float64"): np.int64}
# NumPy compares two arrays with vector instructions, but not an array with a number
_ZEROS = {dtype: np.zeros(1 << 10, dtype) for dtype in _INTEGER}


def accepts(x: Array) -> bool:
    return x.ndim > 0 and x.dtype in _INTEGER  # what NumPy makes of a single number has no view


def forward(x: Array) -> tuple[Array, Array]:
    y = rectify(x, memory.empty_like(x))
    return y, y


def rectify(x: Array, y: Array) -> Array:
    """Write max(x, 0) to an array that lies like `x`, or to `x` itself."""
    zeros = _ZEROS[x.dtype]
    if x.size < SMALL or not memory.is_whole(x):
        return np.maximum(x, 0.0, out=y)
    if x.ndim == 2 and x.size < PART and WIDE <= x.shape[1] <= len(zeros):
        return np.maximum(x, zeros[: x.shape[1]], out=y)
    source, result = memory.flat(x), memory.flat(y)

    def work(part: slice) -> None:
        a, out = source[part], result[part]
        whole = len(a) - len(a) % len(zeros)
        rows = (-1, len(zeros))
        np.maximum(a[:whole].reshape(rows), zeros, out=out[:whole].reshape(rows))
        np.maximum(a[whole:], 0.0, out=out[whole:])

    run(work, cut(len(source), PART), products=False)
    return y


def backward(dy: Array, y: Array, needs: tuple[bool, ...]) -> tuple[Array]:
    return (mask(dy, y, memory.empty_like(y)),)


def mask(dy: Array, y: Array, dx: Array) -> Array:
    """Write `dy` where y > 0, and 0 elsewhere, to an array that lies like `y`; it may be `dy`."""
    # -1 has all bits set: `mask & bits of dy` keeps dy or gives 0, also where dy is inf or nan
    integer = _INTEGER[y.dtype]
    errors, results, out, parts = dy, y, dx, [slice(None)]
    if y.size >= PART and dy.strides == y.strides and memory.is_whole(y):
        errors, results, out = (memory.flat(a) for a in (dy, y, dx))
        parts = cut(y.size, PART)
    out, errors = out.view(integer), errors.view(integer)

    def work(part: slice) -> None:
        positive = np.greater(results[part], 0).view(np.int8)
        np.negative(positive, out=positive)
        np.bitwise_and(positive, errors[part], out=out[part])

    if len(parts) == 1:
        work(parts[0])
    else:
        run(work, parts, products=False)
    return dx


register("relu", library="numpy", forward=forward, backward=backward, accepts=accepts)
