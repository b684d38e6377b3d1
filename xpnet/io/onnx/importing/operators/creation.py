"""Operators that ask for shapes, always answered on the host, or make arrays of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .....backend import namespace
from .....errors import ArgumentError
from ..room import require_room
from .shapes import ints
from .table import operator


@operator("Shape")
def shape(x: Any, *, start: int = 0, end: int | None = None) -> Any:
    """Return the shape, or a part of it."""
    return np.asarray(x.shape[start:end], np.int64)


@operator("Size")
def size(x: Any) -> Any:
    """Return the number of elements."""
    return np.asarray(math.prod(x.shape), np.int64)


@operator("ConstantOfShape", host=(0, 1))
def constant_of_shape(shape: Any, value: Any = None) -> Any:
    """Return an array with the same number everywhere."""
    require_room(ints(shape))
    filling = np.zeros(1, np.float32) if value is None else np.reshape(value, (-1,))
    return np.full(ints(shape), filling[0], filling.dtype)


@operator("Range", host=(0, 1, 2))
def number_range(start: Any, limit: Any, delta: Any) -> Any:
    """Return start, start + delta, ... below the limit."""
    first, last, step = start.item(), limit.item(), delta.item()
    if step == 0 or not all(map(math.isfinite, (first, last, step))):
        raise ArgumentError(
            f"start, limit and delta must be finite and delta not 0, got {first}, {last}, {step}; "
            "export the model again"
        )
    count = max(math.ceil((last - first) / step), 0)
    require_room((count,))
    return (start + np.arange(count).astype(start.dtype) * delta).astype(start.dtype).reshape(-1)


@operator("EyeLike", choices={"dtype": (1, 6, 7, 11)})
def eye_like(x: Any, *, dtype: int | None = None, k: int = 0) -> Any:
    """Return a matrix of the same shape with ones along a diagonal."""
    xp = namespace(x)
    names = {1: xp.float32, 6: xp.int32, 7: xp.int64, 11: xp.float64}
    rows, columns = x.shape
    kind = x.dtype if dtype is None else names[dtype]
    k = max(-rows, min(k, columns))
    return xp.eye(rows, columns, k=k, dtype=kind, device=x.device)


@operator("Trilu", host=(1,))
def trilu(x: Any, k: Any = None, *, upper: int = 1) -> Any:
    """Keep a triangle of each matrix, zeros elsewhere."""
    xp = namespace(x)
    diagonal = 0 if k is None else int(k.item())
    diagonal = max(-x.shape[-2] - 1, min(diagonal, x.shape[-1] + 1))
    return (xp.triu if upper else xp.tril)(x, k=diagonal)
