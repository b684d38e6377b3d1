"""Dropout that draws in the kernel: one launch each way, and no mask that is kept or moved.

The words are those of ``backend/random.py``, so a seed gives the mask that it gives on every
library. The way back draws them again.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from .gpu import DTYPES, contiguous, cupy, launch

__all__: list[str] = []


def accepts(x: Array, keep: Array | None = None, **options: Any) -> bool:
    return keep is None and x.dtype.char in DTYPES and x.size > 0


def forward(
    x: Array,
    keep: None = None,
    *,
    p: float,
    draw: tuple[int, int],
    shared_axes: int = 0,
) -> tuple[Array, Any]:
    together = math.prod(x.shape[x.ndim - shared_axes :])
    seed, number = np.array(draw, np.uint64).view(np.int64)
    threshold = np.int64(round(p * 2**32))
    options = (seed, number, threshold, 1.0 / (1.0 - p) if p < 1 else 0.0)
    saved = (x.dtype, together, options)
    return _dropped(x, saved), saved


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    return (_dropped(dy, saved), None)[: len(needs)]


def _dropped(x: Array, saved: Any) -> Array:
    dtype, together, options = saved
    with x.device:
        x = contiguous(x, dtype)
        y = cupy().empty(x.shape, dtype)
        if together == 1:
            launch("dropout/dropout", dtype, x.size // 8 + 1, x, y, x.size, *options)
        else:
            launch("dropout/dropout_together", dtype, x.size, x, y, x.size, together, *options)
    return y


register("dropout", library="cupy", forward=forward, backward=backward, accepts=accepts)
