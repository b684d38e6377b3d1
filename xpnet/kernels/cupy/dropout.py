"""Dropout that draws in the kernel: one launch each way, and no mask that is kept or moved.

The words are those of ``backend/random.py``, so a seed gives the mask that it gives on every
library. The way back draws them again. Where a step is recorded, a replay finds on the device which
draw is its first.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...backend import Recording, random, recording
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
    begun, (seed, number) = recording(), draw
    place = None
    if begun is not None:
        place, number = _place(begun, x), number - begun.first_draw
    p = float(p)
    threshold = round(p * 2**32)
    options = (place, *_words(seed, number), threshold, 1.0 / (1.0 - p) if p < 1 else 0.0)
    saved = (x.dtype, together, options)
    return _dropped(x, saved), saved


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    return (_dropped(dy, saved), None)[: len(needs)]


def _words(seed: int, number: int) -> np.ndarray:
    """Return both as CUDA's 64-bit integers."""
    return np.array((seed, number), np.uint64).view(np.int64)


def _place(begun: Recording, x: Array) -> Array:
    """Return where a replay finds the seed and the number of its first draw."""
    place: Array = begun.notes.get("draws")
    if place is None:
        x_device, dtype = x.device, x.dtype
        with x_device, begun.lasting():
            place = begun.notes["draws"] = cupy().empty(2, np.int64)

        def write() -> None:
            now = random.get_state()
            with x_device:
                launch("dropout/begin", dtype, 2, place, *_words(now["seed"], now["draws"]))

        begun.before_replay.append(write)
    return place


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
