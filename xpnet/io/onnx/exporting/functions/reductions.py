"""Sums, means, extremes and their places, and what is made of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..namespace import NAMESPACE as xp  # noqa: N811
from ..namespace import STANDARD, compute, standard
from ..symbol import Symbol, as_symbol, constant, emit, emit_all, ints
from .operands import cast

__all__: list[str] = []

EVERY = np.iinfo(np.int64).max


def _axes(x: Symbol, axis: Any) -> tuple[int, ...]:
    """Return the axes as they were given, from the end too; None are all."""
    if axis is None:
        return tuple(range(x.ndim))
    return tuple(axis) if isinstance(axis, tuple | list) else (int(axis),)


def _reduced(op: str, x: Symbol, axis: Any, keepdims: bool, result: Any) -> Symbol:
    axes = _axes(x, axis)
    if not axes:  # nothing is summed over
        return x
    return emit(op, [x, ints(axes)], result, keepdims=int(keepdims))


def _summed(name: str, op: str) -> None:
    function: Any = getattr(compute, name)

    def call(x: Any, /, *, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Symbol:
        x = as_symbol(x)
        result = np.asarray(function(x.array, axis=axis, dtype=dtype, keepdims=keepdims))
        return _reduced(op, cast(x, result.dtype), axis, keepdims, result)

    STANDARD[name] = call


_summed("sum", "ReduceSum")
_summed("prod", "ReduceProd")


def _of_axes(name: str, op: str) -> None:
    function: Any = getattr(compute, name)

    def call(x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Symbol:
        x = as_symbol(x)
        with np.errstate(all="ignore"):
            result = function(x.array, axis=axis, keepdims=keepdims)
        return _reduced(op, x, axis, keepdims, result)

    STANDARD[name] = call


_of_axes("max", "ReduceMax")
_of_axes("min", "ReduceMin")
_of_axes("mean", "ReduceMean")


def _of_truth(name: str, op: str) -> None:
    def call(x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Symbol:
        true = cast(cast(as_symbol(x), np.bool_), np.int32)
        extreme = true.array.max if name == "any" else true.array.min
        initial = 0 if name == "any" else 1
        axis = tuple(axis) if isinstance(axis, list) else axis
        result = extreme(axis=axis, keepdims=keepdims, initial=initial)
        return cast(_reduced(op, true, axis, keepdims, result), np.bool_)

    STANDARD[name] = call


_of_truth("any", "ReduceMax")
_of_truth("all", "ReduceMin")


@standard("count_nonzero")
def count_nonzero(x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
    true = cast(cast(as_symbol(x), np.bool_), np.int64)
    return xp.sum(true, axis=axis, keepdims=keepdims)


@standard("var")
def var(x: Any, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    x = as_symbol(x)
    centred = x - xp.mean(x, axis=axis, keepdims=True)
    if not correction:
        return xp.mean(centred * centred, axis=axis, keepdims=keepdims)
    n = math.prod(x.shape[a] for a in _axes(x, axis))
    return xp.sum(centred * centred, axis=axis, keepdims=keepdims) / float(n - correction)


@standard("std")
def std(x: Any, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    return xp.sqrt(xp.var(x, axis=axis, correction=correction, keepdims=keepdims))


def _place(name: str, op: str) -> None:
    function: Any = getattr(compute, name)

    def call(x: Any, /, *, axis: int | None = None, keepdims: bool = False) -> Symbol:
        x = as_symbol(x)
        if axis is None:
            flat = call(xp.reshape(x, (-1,)), axis=0)
            return xp.reshape(flat, (1,) * x.ndim) if keepdims else flat
        result = function(x.array, axis=axis, keepdims=keepdims)
        return emit(op, [x], result, axis=int(axis), keepdims=int(keepdims))

    STANDARD[name] = call


_place("argmax", "ArgMax")
_place("argmin", "ArgMin")


def _ordered(x: Symbol, axis: int, descending: bool) -> list[Symbol]:
    """Return the elements in order, and where they were; of equal ones the first comes first."""
    order = compute.argsort(x.array, axis=axis, descending=descending, stable=True)
    results = (np.take_along_axis(x.array, order, axis=axis), order)
    length = ints([x.shape[axis]])
    return emit_all("TopK", [x, length], results, axis=int(axis), largest=int(descending))


@standard("sort")
def sort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Symbol:
    return _ordered(as_symbol(x), axis, descending)[0]


@standard("argsort")
def argsort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Symbol:
    return _ordered(as_symbol(x), axis, descending)[1]


@standard("searchsorted")
def searchsorted(x1: Any, x2: Any, /, *, side: str = "left", sorter: Any = None) -> Any:
    """Count the elements before each place."""
    x1 = as_symbol(x1) if sorter is None else xp.take(as_symbol(x1), sorter, axis=0)
    compare = xp.less if side == "left" else xp.less_equal
    return xp.count_nonzero(compare(x1, xp.expand_dims(as_symbol(x2), axis=-1)), axis=-1)


@standard("cumulative_sum")
def cumulative_sum(
    x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Symbol:
    x = as_symbol(x)
    axis = 0 if axis is None else axis
    result = compute.cumulative_sum(x.array, axis=axis, dtype=dtype)
    y = emit("CumSum", [cast(x, result.dtype), constant(np.int64(axis))], result)
    if include_initial:
        first = y[(slice(None),) * (axis % x.ndim) + (slice(0, 1),)]
        y = xp.concat([xp.zeros_like(first), y], axis=axis)
    return y
