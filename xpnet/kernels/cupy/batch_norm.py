"""Batch normalisation: one launch for the statistics, one each way, and one for sums on the way."""

from __future__ import annotations

import math
from typing import Any

from ...typing import Array
from ..registry import register
from .gpu import DTYPES, contiguous, cupy, launch, launch_blocks, wide

__all__: list[str] = []


def _sizes(x: Array) -> tuple[int, int, int]:
    """(N, C, *spatial) -> N, C, P."""
    return x.shape[0], x.shape[1], math.prod(x.shape[2:])


# ---- the statistics of a batch -------------------------------------------------------------------


def accepts_statistics(x: Array) -> bool:
    return bool(x.dtype.char in DTYPES and x.size > 0)


def statistics_forward(x: Array) -> tuple[Array, Any]:
    with x.device:
        x = contiguous(x)
        y = _statistics(x)
    return y, (x, y)


def _statistics(x: Array) -> Array:
    n, channels, pixels = _sizes(x)
    y = cupy().empty((2, channels), x.dtype)
    arguments = (x, y, n, channels, pixels)
    launch_blocks("batch_norm/statistics", x.dtype, channels, n * pixels, *arguments)
    return y


def statistics_backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    x, y = saved
    with x.device:
        dx = cupy().empty(x.shape, x.dtype)
        arguments = (contiguous(dy, x.dtype), x, y, dx, *_sizes(x))
        launch("batch_norm/statistics_back", x.dtype, x.size, *arguments)
    return (dx,)


# ---- normalisation -------------------------------------------------------------------------------


def accepts(x: Array, *statistics_and_weights: Array | None, **options: Any) -> bool:
    if x.dtype.char not in DTYPES or x.size == 0:
        return False
    return all(a is None or a.dtype == x.dtype for a in statistics_and_weights)


def forward(
    x: Array,
    mean: Any = None,
    var: Any = None,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    training: bool = False,
    eps: float = 1e-5,
) -> tuple[Array, Any]:
    _, channels, pixels = _sizes(x)
    with x.device:
        x = contiguous(x)
        if mean is None:
            statistics = _statistics(x)
            mean, var = statistics[0], statistics[1]
        mean, var = contiguous(mean), contiguous(var)
        weight = None if weight is None else contiguous(weight)
        bias = None if bias is None else contiguous(bias)
        y = cupy().empty(x.shape, x.dtype)
        arguments = (x, mean, var, weight, bias, y, x.size, channels, pixels, float(eps))
        launch("batch_norm/normalize", x.dtype, x.size, *arguments)
    return y, (x, mean, var, weight, training, float(eps))


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, mean, var, weight, training, eps = saved
    n, channels, pixels = _sizes(x)
    dtype, sizes = x.dtype, (n, channels, pixels, eps)
    dx = sums = None
    others: Any = (None,) * 4
    with x.device:
        arrays = (contiguous(dy, x.dtype), x, mean, var, weight)
        if any(needs[1:]) or training:
            sums = cupy().empty((2, channels), wide(dtype))
            others = cupy().empty((4, channels), dtype)
            kernel, length = "batch_norm/normalize_sums", n * pixels
            launch_blocks(kernel, dtype, channels, length, *arrays, sums, others, *sizes)
        if needs[0]:
            dx = cupy().empty(x.shape, dtype)
            through = sums if training else None
            launch("batch_norm/normalize_back", dtype, x.size, *arrays, through, dx, *sizes)
    if training:  # the statistics are those of x itself
        others = (None, None, *others[2:])
    return (dx, *(g if asked else None for g, asked in zip(others, needs[1:], strict=False)))


register(
    "batch_statistics",
    library="cupy",
    forward=statistics_forward,
    backward=statistics_backward,
    accepts=accepts_statistics,
)
register("batch_norm", library="cupy", forward=forward, backward=backward, accepts=accepts)
