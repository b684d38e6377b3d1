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
    y = memory.empty_like(x)
    zeros = _ZEROS[x.dtype]
    if x.size < SMALL or not memory.is_whole(x):
        np.maximum(x, 0.0, out=y)
        return y, y
    if x.ndim == 2 and x.size < PART and WIDE <= x.shape[1] <= len(zeros):
        np.maximum(x, zeros[: x.shape[1]], out=y)
        return y, y
    source, result = memory.flat(x), memory.flat(y)

    def work(part: slice) -> None:
        a, out = source[part], result[part]
        whole = len(a) - len(a) % len(zeros)
        rows = (-1, len(zeros))
        np.maximum(a[:whole].reshape(rows), zeros, out=out[:whole].reshape(rows))
        np.maximum(a[whole:], 0.0, out=out[whole:])

    run(work, cut(len(source), PART), products=False)
    return y, y


def backward(dy: Array, y: Array, needs: tuple[bool, ...]) -> tuple[Array]:
    # -1 has all bits set: `mask & bits of dy` keeps dy or gives 0, also where dy is inf or nan
    integer = _INTEGER[y.dtype]
    dx = memory.empty_like(y)
    if y.size < PART:
        mask = np.greater(y, 0).view(np.int8)
        np.negative(mask, out=mask)
        np.bitwise_and(mask, dy.view(integer), out=dx.view(integer))
        return (dx,)
    errors, results, out, parts = dy, y, dx, [slice(None)]
    if dy.strides == y.strides and memory.is_whole(y):
        errors, results, out = (memory.flat(a) for a in (dy, y, dx))
        parts = cut(y.size, PART)
    out, errors = out.view(integer), errors.view(integer)

    def work(part: slice) -> None:
        mask = np.greater(results[part], 0).view(np.int8)
        np.negative(mask, out=mask)
        np.bitwise_and(mask, errors[part], out=out[part])

    run(work, parts, products=False)
    return (dx,)


register("relu", library="numpy", forward=forward, backward=backward, accepts=accepts)
