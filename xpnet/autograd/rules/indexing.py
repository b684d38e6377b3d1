"""Derivatives of picking elements: each puts the gradient back where the element came from.

Repeated indices must accumulate. ``x[key]`` is differentiated by asking which flat positions the
key picks (the same key applied to the position numbers of ``x``), so every form of key that the
library accepts is covered by one rule.
"""

from __future__ import annotations

import math
from types import EllipsisType, NoneType
from typing import Any

from ...backend import extra, namespace, unwrap
from ...typing import Array, Shape
from ..primitive import define
from ..tape import Traced


def along(x: Array, axis: int, part: Any) -> tuple[Any, ...]:
    """Return the index that picks `part` of one axis and everything of the others."""
    return (slice(None),) * (axis % len(x.shape)) + (part, ...)


def positions_picked(like: Array, shape: Shape, key: Any) -> Array:
    """Number the elements of an array of this shape, and return the numbers that `key` picks."""
    bare = unwrap(like)
    xp = namespace(bare)
    numbers = xp.reshape(xp.arange(math.prod(shape), device=bare.device), tuple(shape))
    return xp.reshape(numbers[bare_key(key)], (-1,))


_BASIC = (int, slice, EllipsisType, NoneType)


def is_basic(key: Any) -> bool:
    """Tell whether a key consists of slices and numbers, which pick no element twice."""
    parts = key if isinstance(key, tuple) else (key,)
    return all(isinstance(part, _BASIC) for part in parts)


def put_back(dy: Array, y: Array, x: Array, key: Any) -> Array:
    xp = namespace(dy)
    if not isinstance(dy, Traced) and is_basic(key):
        dx = xp.zeros(tuple(x.shape), dtype=dy.dtype, device=dy.device)
        if isinstance(key, tuple) and None in key:  # new axes cannot be written to
            key = tuple(part for part in key if part is not None)
            dy = xp.reshape(dy, dx[key].shape)
        return extra.write(dx, key, dy)
    picked = positions_picked(dy, x.shape, key)
    return xp.reshape(extra.scatter_add(xp.reshape(dy, (-1,)), picked, math.prod(x.shape)), x.shape)


def outside_of_key(dy: Array, y: Array, x: Array, value: Array, key: Any) -> Array:
    """What was overwritten has no influence on the result any more."""
    xp = namespace(dy)
    bare = unwrap(dy)
    picked = positions_picked(bare, x.shape, key)
    ones = namespace(bare).ones(picked.shape, dtype=bare.dtype, device=bare.device)
    hits = namespace(bare).reshape(
        extra.scatter_add(ones, picked, math.prod(x.shape)), tuple(x.shape)
    )
    return xp.where(hits > 0, 0.0, dy)


def at_key(dy: Array, y: Array, x: Array, value: Array, key: Any) -> Array:
    return dy[key]


define("getitem", put_back)
define("setitem", outside_of_key, at_key, broadcasts=True)
define("take", lambda dy, y, x, indices, /, *, axis=None: put_slices_back(dy, x, indices, axis))


def put_slices_back(dy: Array, x: Array, indices: Array, axis: int | None) -> Array:
    axis = 0 if axis is None else axis
    n = x.shape[axis]
    return extra.scatter_add(dy, counted_from_the_start(unwrap(indices), n), n, axis=axis)


def counted_from_the_start(indices: Array, n: int) -> Array:
    """Replace negative indices, which count from the end."""
    return namespace(indices).where(indices < 0, indices + n, indices)


def put_along_axis(dy: Array, y: Array, x: Array, indices: Array, /, *, axis: int = -1) -> Array:
    """Scatter along one axis: number the rows of the other axes, then scatter flat."""
    xp = namespace(dy)
    bare = unwrap(indices)
    bare_xp = namespace(bare)
    n = x.shape[axis]
    rows_first = bare_xp.moveaxis(bare, axis, -1)  # (..., k)
    rows = math.prod(rows_first.shape[:-1])
    k = rows_first.shape[-1]
    flat = bare_xp.reshape(rows_first, (rows, k))
    flat = counted_from_the_start(flat, n)
    offsets = n * bare_xp.arange(rows, dtype=flat.dtype, device=flat.device)
    flat = bare_xp.reshape(flat + bare_xp.expand_dims(offsets, axis=1), (-1,))
    values = xp.reshape(xp.moveaxis(dy, axis, -1), (-1,))
    summed = extra.scatter_add(values, flat, rows * n)
    last = xp.reshape(summed, (*rows_first.shape[:-1], n))
    return xp.moveaxis(last, -1, axis)


define("take_along_axis", put_along_axis)


def bare_key(key: Any) -> Any:
    """Take index arrays inside a key out of their Tensors."""
    if isinstance(key, tuple):
        return tuple(bare_key(part) for part in key)
    return key.data if isinstance(key, Traced) else key
