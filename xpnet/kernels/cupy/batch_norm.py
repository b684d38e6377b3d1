"""Batch normalisation: one launch for the statistics, one each way, and one for sums on the way.

Where channels have many values, statistics and sums take a second launch, which merges parts.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...typing import Array, DType
from ..registry import register
from .gpu import DTYPES, contiguous, cupy, launch, launch_blocks, wide

__all__: list[str] = []


PART = 2048
"""A block sums at least so many values of a channel."""

BLOCKS = 1024
"""So many blocks fill any GPU: more of them only make partial results."""

WALKERS = 1 << 18
"""So many threads fill any GPU; of more elements, each thread walks through several."""


def _sizes(x: Array) -> tuple[int, int, int]:
    """(N, C, *spatial) -> N, C, P."""
    return x.shape[0], x.shape[1], math.prod(x.shape[2:])


def _parts(values: int, channels: int) -> int:
    """How many blocks share a channel: by sizes alone, so that each GPU makes the same sums."""
    return max(1, min(values // PART, BLOCKS // channels))


def _partial(parts: int, channels: int, dtype: DType) -> Array | None:
    return cupy().empty((2, parts, channels), wide(dtype)) if parts > 1 else None


def _launch_walkers(kernel: str, x: Array, *arguments: Any) -> None:
    launch(f"batch_norm/{kernel}", x.dtype, min(x.size, WALKERS), *arguments)


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
    values, parts = n * pixels, _parts(n * pixels, channels)
    y = cupy().empty((2, channels), x.dtype)
    partial = _partial(parts, channels, x.dtype)
    arguments = (x, partial, y, n, channels, pixels, parts)
    launch_blocks("batch_norm/statistics", x.dtype, channels * parts, values // parts, *arguments)
    if parts > 1:
        merged = (partial, y, values, channels, parts)
        launch_blocks("batch_norm/merge_statistics", x.dtype, channels, parts, *merged)
    return y


def statistics_backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    x, y = saved
    with x.device:
        dx = cupy().empty(x.shape, x.dtype)
        arguments = (contiguous(dy, x.dtype), x, y, dx, *_sizes(x))
        _launch_walkers("statistics_back", x, *arguments)
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
        _launch_walkers("normalize", x, *arguments)
    return y, (x, mean, var, weight, training, float(eps))


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, mean, var, weight, training, eps = saved
    _, channels, _ = _sizes(x)
    dx = sums = None
    others: Any = (None,) * 4
    with x.device:
        arrays = (contiguous(dy, x.dtype), x, mean, var, weight)
        if any(needs[1:]) or training:
            sums = cupy().empty((2, channels), wide(x.dtype))
            others = cupy().empty((4, channels), x.dtype)
            _sums(*arrays, sums, others, eps)
        if needs[0]:
            dx = cupy().empty(x.shape, x.dtype)
            through = sums if training else None
            _launch_walkers("normalize_back", x, *arrays, through, dx, *_sizes(x), eps)
    if training:  # the statistics are those of x itself
        others = (None, None, *others[2:])
    return (dx, *(g if asked else None for g, asked in zip(others, needs[1:], strict=False)))


def _sums(
    dy: Array,
    x: Array,
    mean: Array,
    var: Array,
    weight: Array | None,
    sums: Array,
    gradients: Array,
    eps: float,
) -> None:
    n, channels, pixels = _sizes(x)
    values, parts = n * pixels, _parts(n * pixels, channels)
    partial = _partial(parts, channels, x.dtype)
    arguments = (dy, x, mean, var, weight, partial, sums, gradients, n, channels, pixels, parts)
    kernel, blocks = "batch_norm/normalize_sums", channels * parts
    launch_blocks(kernel, x.dtype, blocks, values // parts, *arguments, eps)
    if parts > 1:
        merged = (partial, var, weight, sums, gradients, channels, parts, eps)
        launch_blocks("batch_norm/merge_sums", x.dtype, channels, parts, *merged)


# ---- running statistics --------------------------------------------------------------------------


def accepts_running(mean: Array, *others: Array) -> bool:
    *statistics, batches = others
    same = all(a.dtype == mean.dtype and a.shape == mean.shape for a in statistics)
    return bool(same and mean.dtype.char in DTYPES and mean.size > 0 and batches.dtype.char in "lq")


def update_running(
    mean: Array,
    var: Array,
    old_mean: Array,
    old_var: Array,
    old_batches: Array,
    *,
    n: int,
    momentum: float | None,
) -> tuple[Array, Array, Array]:
    with mean.device:
        given = [contiguous(a) for a in (mean, var, old_mean, old_var, old_batches)]
        after = tuple(cupy().empty(a.shape, a.dtype) for a in given[2:])
        averages = np.int32(momentum is None)
        arguments = (mean.size, n / (n - 1), float(momentum or 0.0), averages)
        launch("batch_norm/running_statistics", mean.dtype, mean.size, *given, *after, *arguments)
    return after


register(
    "batch_statistics",
    library="cupy",
    forward=statistics_forward,
    backward=statistics_backward,
    accepts=accepts_statistics,
)
register("batch_norm", library="cupy", forward=forward, backward=backward, accepts=accepts)
register("running_statistics", library="cupy", update=update_running, accepts=accepts_running)
