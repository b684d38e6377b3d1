"""The same elements in another shape or order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..namespace import NAMESPACE as xp  # noqa: N811
from ..namespace import standard
from ..symbol import Symbol, as_symbol, emit, ints
from .operands import promoted

__all__: list[str] = []


@standard("reshape")
def reshape(x: Any, /, shape: Any, *, copy: bool | None = None) -> Symbol:
    x = as_symbol(x)
    shape = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    result = np.reshape(x.array, shape)
    return emit("Reshape", [x, ints(result.shape)], result)


@standard("permute_dims")
def permute_dims(x: Any, /, axes: Sequence[int]) -> Symbol:
    x = as_symbol(x)
    order = [int(a) % x.ndim for a in axes]
    return emit("Transpose", [x], np.transpose(x.array, order), perm=order)


@standard("matrix_transpose")
def matrix_transpose(x: Any, /) -> Symbol:
    n = as_symbol(x).ndim
    return permute_dims(x, (*range(n - 2), n - 1, n - 2))


@standard("moveaxis")
def moveaxis(x: Any, source: Any, destination: Any, /) -> Symbol:
    n = as_symbol(x).ndim
    sources = [source] if isinstance(source, int) else list(source)
    targets = [destination] if isinstance(destination, int) else list(destination)
    sources, targets = [a % n for a in sources], [a % n for a in targets]
    order = [a for a in range(n) if a not in sources]
    for target, axis in sorted(zip(targets, sources, strict=True)):
        order.insert(target, axis)
    return permute_dims(x, order)


@standard("expand_dims")
def expand_dims(x: Any, /, axis: Any) -> Symbol:
    x = as_symbol(x)
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    return emit("Unsqueeze", [x, ints(axes)], np.expand_dims(x.array, axes))


@standard("squeeze")
def squeeze(x: Any, /, axis: Any) -> Symbol:
    x = as_symbol(x)
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    return emit("Squeeze", [x, ints(axes)], np.squeeze(x.array, axes))


@standard("flip")
def flip(x: Any, /, *, axis: Any = None) -> Any:
    x = as_symbol(x)
    axes = range(x.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    backwards = {a % x.ndim for a in axes}
    return x[tuple(slice(None, None, -1 if a in backwards else None) for a in range(x.ndim))]


@standard("broadcast_to")
def broadcast_to(x: Any, /, shape: Any) -> Any:
    x = as_symbol(x)
    shape = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    return emit("Expand", [x, ints(shape)], np.broadcast_to(x.array, shape))


@standard("concat")
def concat(arrays: Sequence[Any], /, *, axis: int | None = 0) -> Symbol:
    parts = promoted(*arrays)
    if axis is None:
        parts, axis = [xp.reshape(x, (-1,)) for x in parts], 0
    if len(parts) == 1:
        return parts[0]
    result = np.concatenate([x.array for x in parts], axis=axis)
    return emit("Concat", parts, result, axis=int(axis))


@standard("stack")
def stack(arrays: Sequence[Any], /, *, axis: int = 0) -> Symbol:
    return concat([expand_dims(x, axis) for x in promoted(*arrays)], axis=axis)


@standard("unstack")
def unstack(x: Any, /, *, axis: int = 0) -> tuple[Symbol, ...]:
    x = as_symbol(x)
    before = (slice(None),) * (axis % x.ndim)
    return tuple(x[(*before, i, ...)] for i in range(x.shape[axis]))


@standard("roll")
def roll(x: Any, /, shift: Any, *, axis: Any = None) -> Any:
    x = as_symbol(x)
    if axis is None:
        return reshape(roll(reshape(x, (-1,)), shift, axis=0), x.shape)
    axes = [axis] if isinstance(axis, int) else list(axis)
    shifts = [shift] * len(axes) if isinstance(shift, int) else list(shift)
    for a, by in zip(axes, shifts, strict=True):
        n = x.shape[a]
        if n and by % n:
            before = (slice(None),) * (a % x.ndim)
            cut = n - by % n
            x = concat([x[(*before, slice(cut, None))], x[(*before, slice(None, cut))]], axis=a)
    return x


@standard("repeat")
def repeat(x: Any, repeats: Any, /, *, axis: int | None = None) -> Any:
    x = as_symbol(x)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    if isinstance(repeats, int):
        axis = axis % x.ndim
        copies = (*x.shape[: axis + 1], repeats, *x.shape[axis + 1 :])
        spread = broadcast_to(expand_dims(x, axis + 1), copies)
        return reshape(spread, (*x.shape[:axis], x.shape[axis] * repeats, *x.shape[axis + 1 :]))
    counts = as_symbol(repeats).known("the repeats")
    return xp.take(x, np.repeat(np.arange(x.shape[axis]), counts), axis=axis)


@standard("tile")
def tile(x: Any, repetitions: Any, /) -> Symbol:
    x = as_symbol(x)
    times = (repetitions,) if isinstance(repetitions, int) else tuple(repetitions)
    times = (1,) * (x.ndim - len(times)) + times
    x = reshape(x, (1,) * (len(times) - x.ndim) + x.shape) if len(times) > x.ndim else x
    return emit("Tile", [x, ints(times)], np.tile(x.array, times))


def _triangle(x: Any, k: int, upper: int) -> Symbol:
    x = as_symbol(x)
    result = (np.triu if upper else np.tril)(x.array, k)
    return emit("Trilu", [x, ints(k)], result, upper=upper)


@standard("tril")
def tril(x: Any, /, *, k: int = 0) -> Symbol:
    return _triangle(x, k, 0)


@standard("triu")
def triu(x: Any, /, *, k: int = 0) -> Symbol:
    return _triangle(x, k, 1)


def flattened(x: Symbol) -> Symbol:
    """Join all axes but the first: the operator that readers of a graph look for."""
    result = np.reshape(x.array, (x.shape[0], math.prod(x.shape[1:])))
    return emit("Flatten", [x], result, axis=1)
