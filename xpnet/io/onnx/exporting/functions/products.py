"""Products of matrices, and norms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..namespace import NAMESPACE as xp  # noqa: N811
from ..namespace import STANDARD, standard
from ..symbol import Symbol, as_symbol, emit
from .operands import cast, promoted

__all__: list[str] = []


@standard("matmul")
def matmul(x1: Any, x2: Any, /) -> Symbol:
    a, b = promoted(x1, x2)
    kept = a.dtype
    if kept.kind in "iub" and kept not in (np.int32, np.int64):
        a, b = cast(a, np.int64), cast(b, np.int64)
    return cast(emit("MatMul", [a, b], np.matmul(a.array, b.array)), kept)


@standard("vecdot")
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    a, b = promoted(x1, x2)
    return xp.sum(a * b, axis=axis, dtype=a.dtype)


@standard("linalg.outer")
def outer(x1: Any, x2: Any, /) -> Any:
    return xp.multiply(xp.expand_dims(x1, axis=1), xp.expand_dims(x2, axis=0))


@standard("linalg.det")
def det(x: Any, /) -> Symbol:
    x = as_symbol(x)
    return emit("Det", [x], np.linalg.det(x.array))


def _on_diagonal(x: Symbol, offset: int) -> Any:
    """Return a mask of the last two axes."""
    return xp.eye(x.shape[-2], x.shape[-1], k=offset, dtype=np.bool_)


@standard("linalg.trace")
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    x = as_symbol(x)
    on_diagonal = xp.where(_on_diagonal(x, offset), x, xp.zeros((), dtype=x.dtype))
    return xp.sum(on_diagonal, axis=(-2, -1), dtype=dtype)


@standard("linalg.diagonal")
def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    x = as_symbol(x)
    rows, columns = x.shape[-2:]
    first = max(0, -offset)
    count = max(0, min(rows - first, columns - max(0, offset)))
    places = [(first + i) * columns + first + offset + i for i in range(count)]
    flat = xp.reshape(x, (*x.shape[:-2], rows * columns))
    return xp.take(flat, np.asarray(places, np.int64), axis=-1)


@standard("linalg.vector_norm")
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    size = xp.abs(as_symbol(x))
    over = {"axis": axis, "keepdims": keepdims}
    if ord == math.inf:
        return xp.max(size, **over)
    if ord == -math.inf:
        return xp.min(size, **over)
    if ord == 0:
        return cast(xp.count_nonzero(size, **over), size.dtype)
    if ord == 1:
        return xp.sum(size, **over)
    if ord == 2:
        return xp.sqrt(xp.sum(size * size, **over))
    return xp.pow(xp.sum(xp.pow(size, float(ord)), **over), 1.0 / ord)


for _name in ("matmul", "vecdot", "matrix_transpose"):
    STANDARD["linalg." + _name] = lambda *args, _name=_name, **options: getattr(xp, _name)(
        *args, **options
    )
