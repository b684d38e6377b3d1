"""Derivatives of the functions that move elements around: each is the move back."""

from __future__ import annotations

import math
from typing import Any

from ...backend import extra, namespace, unwrap
from ...typing import Array
from ..primitive import define, of_dtype, unbroadcast
from .indexing import along


def back_in_shape(dy: Array, y: Array, x: Array, *args: Any, **kwargs: Any) -> Array:
    return namespace(dy).reshape(dy, x.shape)


define("reshape", back_in_shape)
define("expand_dims", back_in_shape)
define("squeeze", back_in_shape)
define("broadcast_to", lambda dy, y, x, shape: unbroadcast(dy, x))
define("matrix_transpose", lambda dy, y, x: namespace(dy).matrix_transpose(dy))
define("tril", lambda dy, y, x, /, *, k=0: namespace(dy).tril(dy, k=k))
define("triu", lambda dy, y, x, /, *, k=0: namespace(dy).triu(dy, k=k))
define("flip", lambda dy, y, x, *, axis=None: namespace(dy).flip(dy, axis=axis))
define(
    "moveaxis",
    lambda dy, y, x, source, destination: namespace(dy).moveaxis(dy, destination, source),
)


def permute_back(dy: Array, y: Array, x: Array, axes: tuple[int, ...]) -> Array:
    axes = tuple(axis % len(axes) for axis in axes)
    return namespace(dy).permute_dims(dy, tuple(axes.index(i) for i in range(len(axes))))


define("permute_dims", permute_back)


def roll_back(dy: Array, y: Array, x: Array, shift: Any, *, axis: Any = None) -> Array:
    opposite = -shift if isinstance(shift, int) else tuple(-s for s in shift)
    return namespace(dy).roll(dy, opposite, axis=axis)


define("roll", roll_back)


def sum_tiles(dy: Array, y: Array, x: Array, repetitions: tuple[int, ...]) -> Array:
    xp = namespace(dy)
    rank = max(len(x.shape), len(repetitions))
    shape = (1,) * (rank - len(x.shape)) + tuple(x.shape)
    times = (1,) * (rank - len(repetitions)) + tuple(repetitions)
    split = tuple(n for pair in zip(times, shape, strict=True) for n in pair)
    tiles = xp.reshape(dy, split)  # (2H, 3W) -> (2, H, 3, W)
    return xp.reshape(xp.sum(tiles, axis=tuple(range(0, 2 * rank, 2))), x.shape)


define("tile", sum_tiles)


def sum_repeats(
    dy: Array, y: Array, x: Array, repeats: Any, /, *, axis: int | None = None
) -> Array:
    xp = namespace(x)
    bare = unwrap(x)
    bare_xp = namespace(bare)
    n = math.prod(x.shape) if axis is None else x.shape[axis]
    slots = bare_xp.arange(n, device=bare.device)
    source = bare_xp.repeat(slots, unwrap(repeats))
    if axis is None:
        return xp.reshape(extra.scatter_add(dy, source, n), x.shape)
    return extra.scatter_add(dy, source, n, axis=axis)


define("repeat", sum_repeats)


def piece_of_concat(position: int, dy: Array, arrays: tuple[Array, ...], axis: int | None) -> Array:
    """Cut out of dy what array number `position` contributed to a concatenation."""
    xp = namespace(dy)
    if axis is None:
        start = sum(math.prod(a.shape) for a in arrays[:position])
        shape = arrays[position].shape
        piece = xp.reshape(dy[start : start + math.prod(shape)], shape)
        return of_dtype(piece, arrays[position])
    start = sum(a.shape[axis] for a in arrays[:position])
    stop = start + arrays[position].shape[axis]
    return of_dtype(dy[along(dy, axis, slice(start, stop))], arrays[position])


class _ConcatRules(tuple[Any, ...]):
    """As many rules as there are arrays to concatenate."""

    def __len__(self) -> int:
        return 1 << 30

    def __getitem__(self, position: Any) -> Any:
        return lambda dy, y, *arrays, axis=0: piece_of_concat(position, dy, arrays, axis)


define("concat").rules = _ConcatRules()


def take_from_repeated(
    dy: Array, y: Array, values: Array, indices: Array, size: int, axis: int
) -> Array:
    return namespace(dy).take(dy, indices, axis=axis)


define("xpnet.scatter_add", take_from_repeated)
define("xpnet.pad", lambda dy, y, x, widths, value: dy[extra.inner(widths, x.shape)])
