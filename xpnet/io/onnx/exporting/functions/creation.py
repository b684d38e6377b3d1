"""New arrays. They are computed by nodes, as their shape may turn out to depend on the batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..namespace import NAMESPACE as xp  # noqa: N811
from ..namespace import standard
from ..symbol import Symbol, as_symbol, constant, emit, ints
from .operands import cast

__all__: list[str] = []

FLOAT = np.dtype(np.float64)


def _lengths(shape: Any) -> tuple[int, ...]:
    return (int(shape),) if isinstance(shape, int) else tuple(int(n) for n in shape)


@standard("full")
def full(shape: Any, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Symbol:
    if isinstance(fill_value, Symbol):
        filled = xp.broadcast_to(fill_value, _lengths(shape))
        return filled if dtype is None else cast(filled, dtype)
    result = np.full(_lengths(shape), fill_value, dtype)
    if not result.ndim:
        return constant(result)
    value = np.asarray([fill_value], result.dtype)
    return emit("ConstantOfShape", [ints(result.shape)], result, value=value)


@standard("zeros")
def zeros(shape: Any, *, dtype: Any = None, device: Any = None) -> Symbol:
    return full(shape, 0, dtype=dtype or FLOAT)


@standard("ones")
def ones(shape: Any, *, dtype: Any = None, device: Any = None) -> Symbol:
    return full(shape, 1, dtype=dtype or FLOAT)


@standard("empty")
def empty(shape: Any, *, dtype: Any = None, device: Any = None) -> Symbol:
    return full(shape, 0, dtype=dtype or FLOAT)


@standard("full_like")
def full_like(x: Any, /, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Symbol:
    return full(x.shape, fill_value, dtype=dtype or x.dtype)


@standard("zeros_like")
def zeros_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Symbol:
    return full_like(x, 0, dtype=dtype)


@standard("ones_like")
def ones_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Symbol:
    return full_like(x, 1, dtype=dtype)


@standard("empty_like")
def empty_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Symbol:
    return full_like(x, 0, dtype=dtype)


@standard("arange")
def arange(
    start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None
) -> Symbol:
    start, stop = (0, start) if stop is None else (start, stop)
    if dtype is None:
        whole = all(isinstance(n, int | np.integer) for n in (start, stop, step))
        dtype = np.int64 if whole else FLOAT
    count: Any = np.arange
    result = count(start, stop, step, dtype)
    # ONNX counts in these alone; places in an array are whole numbers, which may depend on it
    counted = dtype if np.dtype(dtype).kind == "f" and np.dtype(dtype).itemsize > 2 else np.int64
    ends = [constant(np.asarray(n, counted)) for n in (start, stop, step)]
    return cast(emit("Range", ends, count(start, stop, step, counted)), result.dtype)


@standard("linspace")
def linspace(
    start: Any,
    stop: Any,
    /,
    num: int,
    *,
    dtype: Any = None,
    device: Any = None,
    endpoint: bool = True,
) -> Any:
    ends = [x for x in (start, stop) if isinstance(x, Symbol)]
    dtype = dtype or (ends[0].dtype if ends else FLOAT)
    if not ends:
        return constant(np.linspace(start, stop, num, endpoint=endpoint, dtype=dtype))
    t = constant(np.linspace(0, 1, num, endpoint=endpoint, dtype=dtype))
    return start * (1 - t) + stop * t


@standard("eye")
def eye(
    n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: Any = None, device: Any = None
) -> Symbol:
    columns = arange(n_rows if n_cols is None else n_cols)
    rows = xp.expand_dims(arange(n_rows) + k, axis=1)
    return cast(xp.equal(rows, columns), dtype or FLOAT)


@standard("asarray")
def asarray(
    obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None
) -> Symbol:
    if isinstance(obj, Symbol):
        found = Symbol(obj.value) if copy else obj  # a handle of its own, to be written to
    elif _holds_symbol(obj):
        found = xp.stack([asarray(part) for part in obj])
    else:
        found = as_symbol(obj)
    return found if dtype is None else cast(found, dtype)


def _holds_symbol(obj: Any) -> bool:
    if isinstance(obj, list | tuple):
        return any(_holds_symbol(part) for part in obj)
    return isinstance(obj, Symbol)


@standard("broadcast_shapes")
def broadcast_shapes(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(np.broadcast_shapes(*shapes))


@standard("from_dlpack")
def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Symbol:
    return asarray(x)
