"""Picking elements, and writing to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .....errors import ArgumentError
from ..namespace import NAMESPACE as xp  # noqa: N811
from ..namespace import standard
from ..symbol import Symbol, as_symbol, constant, emit, ints
from .operands import cast, promoted

__all__ = ["picked", "written"]

LAST, FIRST = np.iinfo(np.int64).max, np.iinfo(np.int64).min


@standard("take")
def take(x: Any, indices: Any, /, *, axis: int | None = None) -> Symbol:
    x, indices = as_symbol(x), cast(as_symbol(indices), np.int64)
    axis = 0 if axis is None else axis
    return emit("Gather", [x, indices], np.take(x.array, indices.array, axis=axis), axis=int(axis))


@standard("take_along_axis")
def take_along_axis(x: Any, indices: Any, /, *, axis: int = -1) -> Symbol:
    x, indices = as_symbol(x), cast(as_symbol(indices), np.int64)
    shape = list(np.broadcast_shapes(*(_without(a.shape, axis) for a in (x, indices))))
    at = axis % x.ndim
    x = xp.broadcast_to(x, (*shape[:at], x.shape[at], *shape[at:]))
    indices = xp.broadcast_to(indices, (*shape[:at], indices.shape[at], *shape[at:]))
    result = np.take_along_axis(x.array, indices.array, axis=axis)
    return emit("GatherElements", [x, indices], result, axis=int(axis))


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    at = axis % len(shape)
    return (*shape[:at], *shape[at + 1 :])


# ---- x[key] --------------------------------------------------------------------------------------


def picked(x: Symbol, key: Any) -> Symbol:
    """Return ``x[key]``."""
    items = _items(x, key)
    axes = [item for item in items if item is not None]
    y = _sliced(x, axes)
    arrays = [axis for axis, item in enumerate(axes) if isinstance(item, Symbol)]
    if len(arrays) > 1:
        y, axes = _joined(y, axes, arrays)
    for axis in reversed(range(len(axes))):
        item = axes[axis]
        if isinstance(item, int):
            y = take(y, ints(item), axis=axis)
        elif isinstance(item, Symbol):
            y = take(y, item, axis=axis)
    new = _new_axes(items)
    y = xp.expand_dims(y, axis=new) if new else y
    expected = x.array[_host(key)]
    if y.shape != expected.shape or not np.array_equal(y.array, expected, equal_nan=True):
        raise ArgumentError(
            "export: an index must be numbers, slices and at most one run of integer arrays, got "
            "arrays with other indices in between; pick the elements one after the other"
        )
    return y


def _host(key: Any) -> Any:
    """Return the key with the numbers of this run."""
    if isinstance(key, tuple):
        return tuple(map(_host, key))
    return key.array if isinstance(key, Symbol) else key


def _items(x: Symbol, key: Any) -> list[Any]:
    """Return a number, a slice or an array for each axis, and None for each new one."""
    found: list[Any] = []
    for item in key if isinstance(key, tuple) else (key,):
        if isinstance(item, Symbol | np.ndarray) and item.dtype == np.bool_:
            places = np.nonzero(as_symbol(item).known("the places of a mask"))
            found += [constant(np.asarray(place, np.int64)) for place in places]
        elif isinstance(item, bool):
            raise ArgumentError(
                f"export: an index must be numbers, slices or arrays, got {item}; write xp.where"
            )
        elif isinstance(item, list | np.ndarray | Symbol):
            found.append(as_symbol(item))
        else:
            found.append(int(item) if isinstance(item, int | np.integer) else item)
    given = sum(item is not None and item is not Ellipsis for item in found)
    rest = [slice(None)] * (x.ndim - given)
    at = next((i for i, item in enumerate(found) if item is Ellipsis), None)
    return found + rest if at is None else found[:at] + rest + found[at + 1 :]


def _sliced(x: Symbol, axes: list[Any]) -> Symbol:
    """Cut slices out of the axes that have one."""
    starts, stops, over, steps = [], [], [], []
    for axis, item in enumerate(axes):
        if isinstance(item, slice) and item != slice(None):
            step = 1 if item.step is None else int(item.step)
            start, stop = (0, LAST) if step > 0 else (LAST, FIRST)
            if step == 1 and item.start in (None, 0) and item.stop is None:
                continue
            starts.append(start if item.start is None else int(item.start))
            stops.append(stop if item.stop is None else int(item.stop))
            over.append(axis)
            steps.append(step)
    if not over:
        return x
    key = tuple(item if isinstance(item, slice) else slice(None) for item in axes)
    inputs = [x, ints(starts), ints(stops), ints(over)]
    return emit("Slice", inputs + [ints(steps)] * (set(steps) != {1}), x.array[key])


def _joined(y: Symbol, axes: list[Any], arrays: list[int]) -> tuple[Symbol, list[Any]]:
    """Make neighbouring axes with index arrays one, with the numbers that both stand for."""
    first, last = arrays[0], arrays[-1]
    if last - first + 1 != len(arrays):
        raise ArgumentError(
            "export: index arrays must stand side by side, got other indices between them; pick "
            "the elements one after the other"
        )
    numbers: Any = None
    for axis in arrays:
        length = y.shape[axis]
        index = cast(axes[axis], np.int64)
        index = xp.where(index < 0, index + length, index)
        numbers = index if numbers is None else numbers * length + index
    joined = int(np.prod(y.shape[first : last + 1]))
    y = xp.reshape(y, (*y.shape[:first], joined, *y.shape[last + 1 :]))
    return y, [*axes[:first], numbers, *axes[last + 1 :]]


def _new_axes(items: list[Any]) -> tuple[int, ...]:
    """Return the places of new axes in the result."""
    found, place, seen = [], 0, False
    for item in items:
        if item is None:
            found.append(place)
            place += 1
        elif isinstance(item, slice):
            place += 1
        elif isinstance(item, Symbol):
            place += 0 if seen else item.ndim
            seen = True
    return tuple(found)


# ---- x[key] = value ------------------------------------------------------------------------------


def written(x: Symbol, key: Any, value: Any) -> Any:
    """Return `x` with ``x[key] = value``, chosen by a mask."""
    if isinstance(key, Symbol | np.ndarray) and key.dtype == np.bool_:
        if np.ndim(_host(value)):
            raise _cannot_write()
        key = as_symbol(key)
        spread = xp.reshape(key, key.shape + (1,) * (x.ndim - key.ndim))
        return xp.where(spread, promoted(value, dtype=x.dtype)[0], x)
    items = _items(x, key)
    if not all(isinstance(item, int | slice) for item in items):
        raise _cannot_write()
    (new,) = promoted(value, dtype=x.dtype)
    if new.ndim:
        new = xp.broadcast_to(new, x.array[_host(key)].shape)
        numbers = tuple(axis for axis, item in enumerate(items) if isinstance(item, int))
        new = xp.expand_dims(new, axis=numbers) if numbers else new
    mask: Any = None
    for axis, item in enumerate(items):
        if item == slice(None):
            continue
        length = x.shape[axis]
        places = np.arange(length)[item if isinstance(item, slice) else [item]]
        if isinstance(item, int):
            here = xp.equal(xp.arange(length), ints(item % length))
        else:
            inside = np.zeros(length, np.bool_)
            inside[places] = True
            here = constant(inside)
        along = xp.reshape(here, (-1,) + (1,) * (x.ndim - axis - 1))
        mask = along if mask is None else xp.logical_and(mask, along)
        if new.ndim and isinstance(item, slice):
            source = np.zeros(x.shape[axis], np.int64)
            source[places] = np.arange(len(places))
            new = take(new, source, axis=axis)
    return new if mask is None and new.ndim else xp.where(True if mask is None else mask, new, x)


def _cannot_write() -> ArgumentError:
    return ArgumentError(
        "export: what is written to must be picked by numbers and slices, or by a mask that gets "
        "one number, got another index; write xp.where(mask, new, x)"
    )
