"""Cross-entropy of labels: two launches forward, one back, and no array of K classes but dx.

Of the softmax only its maximum and the logarithm of its sum are kept for each row; the way back
computes it again from the scores.

Nobody has looked at the labels, which would wait for the GPU: one that is no class, and is not
ignored, makes the loss NaN. Its row has no gradient, and those of the others are as without it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from .gpu import DTYPES, contiguous, cupy, launch, launch_blocks, wide

__all__: list[str] = []


def accepts(x: Array, y: Array, weight: Array | None = None, **options: Any) -> bool:
    """Take labels of rows, with all options."""
    return bool(
        x.ndim == 2
        and y.ndim == 1
        and x.dtype.char in DTYPES
        and y.dtype.kind in "iu"
        and x.size > 0
        and (weight is None or weight.dtype == x.dtype)
    )


def forward(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    reduction: str = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> tuple[Array, Any]:
    cp, dtype, (rows, classes) = cupy(), x.dtype, x.shape
    options = (ignore_index, label_smoothing)
    with x.device:
        x, y = contiguous(x), contiguous(y, np.int64)
        weight = None if weight is None else contiguous(weight)
        losses, of_label, kept = (cp.empty(n, wide(dtype)) for n in (rows, rows, 3 * rows))
        arguments = (x, y, weight, losses, of_label, kept, classes, *options, math.nan)
        launch_blocks("cross_entropy/losses", dtype, rows, classes, *arguments)
        divisor = None
        result = losses.astype(dtype, copy=False)
        if reduction != "none":
            result, divisor = cp.empty((), dtype), cp.empty((), wide(dtype))
            others = (losses, of_label, result, divisor, rows, reduction == "mean")
            launch_blocks("cross_entropy/reduced", dtype, 1, rows, *others)
    return result, (x, y, weight, kept, divisor, options)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, y, weight, kept, divisor, options = saved
    dx = None
    if needs[0]:
        with x.device:
            dx = cupy().empty(x.shape, x.dtype)
            arguments = (x, y, weight, kept, contiguous(dl, x.dtype), divisor, dx)
            sizes = (x.size, x.shape[1])
            launch("cross_entropy/losses_back", x.dtype, x.size, *arguments, *sizes, *options)
    return (dx, None, None)[: len(needs)]


register("cross_entropy", library="cupy", forward=forward, backward=backward, accepts=accepts)
