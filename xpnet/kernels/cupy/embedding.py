"""Rows of a table, picked by number: one launch each way, and nothing to sort or to wait for.

The way back scans all numbers once per part of the table. That is many reads of few bytes, which
stay in the cache: the numbers of 65,536 words take half a megabyte.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from .gpu import DTYPES, contiguous, cupy, launch, wide

__all__: list[str] = []

BACK_THREADS = 1 << 16
"""The way back has about so many threads: enough to fill a large GPU."""


def accepts(weight: Array, indices: Array, **options: Any) -> bool:
    return bool(
        weight.ndim == 2
        and weight.dtype.char in DTYPES
        and indices.dtype.kind in "iu"
        and weight.size > 0
        and indices.size > 0
    )


def forward(weight: Array, indices: Array, *, padding_idx: int | None = None) -> tuple[Array, Any]:
    rows, features = weight.shape
    with weight.device:
        numbers = contiguous(indices, np.int64)
        y = cupy().empty((*indices.shape, features), weight.dtype)
        arguments = (contiguous(weight), numbers, y, y.size, features, rows, math.nan)
        launch("embedding/embedding", weight.dtype, y.size, *arguments)
    left_out = -1 if padding_idx is None else padding_idx % rows
    return y, (numbers, rows, features, weight.dtype, left_out)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    numbers, rows, features, dtype, left_out = saved
    if not needs[0]:
        return None, None
    parts = 1
    while parts < rows and parts * features < BACK_THREADS:
        parts *= 2
    with dy.device:
        dw = cupy().zeros((rows, features), wide(dtype))
        arguments = (contiguous(dy, dtype), numbers, dw, numbers.size, features)
        ends = (rows, left_out, parts)
        launch("embedding/embedding_back", dtype, parts * features, *arguments, *ends)
        return dw.astype(dtype, copy=False), None


register("embedding", library="cupy", forward=forward, backward=backward, accepts=accepts)
