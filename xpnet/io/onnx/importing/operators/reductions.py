"""Sums, means, extremes and their places, over some axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .....backend import is_floating, namespace
from .....errors import ArgumentError
from .normalization import axis_of
from .shapes import ints
from .table import operator


def _axes(x: Any, axes: Any, noop_with_empty_axes: int) -> tuple[int, ...]:
    named = [] if axes is None else ints(axes)
    if not named:
        return () if noop_with_empty_axes else tuple(range(len(x.shape)))
    over = tuple(axis_of(x, axis) for axis in named)
    if len(set(over)) < len(over):
        raise ArgumentError(f"axes must be different, got {named[:8]}; export the model again")
    return over


def _reduction(reduce: Callable[..., Any]) -> Callable[..., Any]:
    def function(
        x: Any, axes: Any = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0
    ) -> Any:
        over = _axes(x, axes, noop_with_empty_axes)
        return reduce(namespace(x), x, axis=over, keepdims=bool(keepdims))

    return function


def _sum(xp: Any, x: Any, **over: Any) -> Any:
    return xp.sum(x, dtype=x.dtype, **over) if over["axis"] else x


def _mean(xp: Any, x: Any, **over: Any) -> Any:
    if not over["axis"]:
        return x
    if is_floating(x):
        return xp.mean(x, **over)
    count = 1
    for axis in over["axis"]:
        count *= x.shape[axis]
    return xp.sum(x, dtype=x.dtype, **over) // count


def _prod(xp: Any, x: Any, **over: Any) -> Any:
    axes, keepdims = over["axis"], over["keepdims"]
    for axis in sorted(axes, reverse=True):
        x = xp.prod(x, axis=axis, dtype=x.dtype, keepdims=keepdims)
    return x


def _extreme(name: str) -> Callable[..., Any]:
    def function(xp: Any, x: Any, **over: Any) -> Any:
        if not over["axis"]:
            return x
        if xp.isdtype(x.dtype, "bool"):
            return getattr(xp, {"max": "any", "min": "all"}[name])(x, **over)
        if any(x.shape[axis] == 0 for axis in over["axis"]):  # of nothing it is infinite
            nothing = _sum(xp, x, **over)
            return xp.full_like(nothing, -math.inf if name == "max" else math.inf)
        return getattr(xp, name)(x, **over)

    return function


def _log_sum_exp(xp: Any, x: Any, **over: Any) -> Any:
    highest = _extreme("max")(xp, x, axis=over["axis"], keepdims=True)
    highest = xp.where(xp.isfinite(highest), highest, xp.zeros_like(highest))
    total = xp.log(_sum(xp, xp.exp(x - highest), axis=over["axis"], keepdims=True)) + highest
    return total if over["keepdims"] or not over["axis"] else xp.squeeze(total, axis=over["axis"])


def _l2(xp: Any, x: Any, **over: Any) -> Any:
    squares = _sum(xp, x * x, **over)
    if is_floating(x):
        return xp.sqrt(squares)
    return xp.astype(xp.sqrt(xp.astype(squares, xp.float64)), x.dtype)


REDUCTIONS: dict[str, Callable[..., Any]] = {
    "ReduceSum": _sum,
    "ReduceMean": _mean,
    "ReduceProd": _prod,
    "ReduceMax": _extreme("max"),
    "ReduceMin": _extreme("min"),
    "ReduceL1": lambda xp, x, **over: _sum(xp, xp.abs(x), **over),
    "ReduceL2": _l2,
    "ReduceSumSquare": lambda xp, x, **over: _sum(xp, x * x, **over),
    "ReduceLogSum": lambda xp, x, **over: xp.log(_sum(xp, x, **over)),
    "ReduceLogSumExp": _log_sum_exp,
}

for _name, _reduce in REDUCTIONS.items():
    operator(_name, host=(1,))(_reduction(_reduce))


def _place(name: str) -> Callable[..., Any]:
    def function(x: Any, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Any:
        axis = axis_of(x, axis)
        xp = namespace(x)
        if select_last_index:
            x = xp.flip(x, axis=axis)
        place = getattr(xp, name)(x, axis=axis, keepdims=bool(keepdims))
        place = xp.astype(place, xp.int64)
        return x.shape[axis] - 1 - place if select_last_index else place

    return function


operator("ArgMax", fixed=(0,))(_place("argmax"))
operator("ArgMin", fixed=(0,))(_place("argmin"))


@operator("CumSum", host=(1,))
def cum_sum(x: Any, axis: Any, *, exclusive: int = 0, reverse: int = 0) -> Any:
    """Return the sums of all elements up to each along an axis, without it if exclusive."""
    over = axis_of(x, int(axis.item()))
    xp = namespace(x)
    if reverse:
        x = xp.flip(x, axis=over)
    total = xp.cumulative_sum(x, axis=over, dtype=x.dtype)
    if exclusive:
        total = total - x
    return xp.flip(total, axis=over) if reverse else total
