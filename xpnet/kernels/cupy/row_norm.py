"""Layer, RMS and group norm: a block goes over a row and leaves its result, one launch each way.

What is kept of a row is its mean and inverse deviation, two numbers; the way back reads x again.
The gradients of the weights are sums over the samples, made in parts of fixed number.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ...typing import Array
from ..registry import register
from .gpu import DTYPES, contiguous, cupy, launch, launch_blocks, wide

__all__: list[str] = []

PARTS = 64
"""Sums over the samples are made in so many parts, side by side."""


class Rows(NamedTuple):
    """How an input is cut into rows, and which weights a row has; see row_norm.cu."""

    samples: int
    groups: int
    share: int
    pixels: int


def accepts(x: Array, *weights: Array | None, **options: Any) -> bool:
    if x.dtype.char not in DTYPES or x.size == 0:
        return False
    return all(a is None or a.dtype == x.dtype for a in weights)


def _forward(
    x: Array,
    weight: Array | None,
    bias: Array | None,
    rows: Rows,
    shape: tuple[int, ...],
    eps: float,
    centre: bool,
) -> tuple[Array, Any]:
    sizes = rows[1:]
    with x.device:
        x = contiguous(x)
        weight = None if weight is None else contiguous(weight)
        bias = None if bias is None else contiguous(bias)
        y = cupy().empty(x.shape, x.dtype)
        kept = cupy().empty((rows.samples * rows.groups, 2), wide(x.dtype))
        arguments = (x, weight, bias, y, kept, *sizes, eps, centre)
        length = rows.share * rows.pixels
        launch_blocks("row_norm/normalize", x.dtype, len(kept), length, *arguments)
    return y, (x, weight, kept, rows, shape, centre)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, weight, kept, rows, shape, centre = saved
    sizes = rows[1:]
    dx = dw = db = None
    with x.device:
        dy = contiguous(dy, x.dtype)
        if needs[0]:
            dx = cupy().empty(x.shape, x.dtype)
            arguments = (dy, x, weight, kept, dx, *sizes, centre)
            length = rows.share * rows.pixels
            launch_blocks("row_norm/normalize_back", x.dtype, len(kept), length, *arguments)
        if any(needs[1:]):
            dw, db = (sums.reshape(shape) for sums in _weights_back(dy, x, kept, rows))
    gradients = (dx, dw, db)[: len(needs)]
    return tuple(g if asked else None for g, asked in zip(gradients, needs, strict=True))


def _weights_back(dy: Array, x: Array, kept: Array, rows: Rows) -> Array:
    """Return dw and db as (2, weights)."""
    samples, weights = rows.samples, rows.groups * rows.share
    if rows.pixels > 1:  # the elements of a weight lie side by side: a block goes over them
        sums = cupy().empty((2, weights), wide(x.dtype))
        length = samples * rows.pixels
        launch_blocks("row_norm/channels_back", x.dtype, weights, length, dy, x, kept, sums, *rows)
    else:
        parts = min(samples, PARTS)
        sums = cupy().empty((2, parts, weights), wide(x.dtype))
        arguments = (dy, x, kept, sums, samples, parts, rows.groups, rows.share)
        launch("row_norm/features_back", x.dtype, parts * weights, *arguments)
        sums = sums.sum(axis=1)
    return sums.astype(x.dtype, copy=False)


# ---- the three ops -------------------------------------------------------------------------------


def _features(x: Array, normalized_shape: Any) -> tuple[Rows, tuple[int, ...]]:
    several = isinstance(normalized_shape, tuple | list)
    shape = tuple(map(int, normalized_shape if several else (normalized_shape,)))
    length = math.prod(shape)
    return Rows(x.size // length, 1, length, 1), shape


def layer_forward(
    x: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    normalized_shape: Any,
    eps: float = 1e-5,
) -> tuple[Array, Any]:
    return _forward(x, weight, bias, *_features(x, normalized_shape), eps, True)


def rms_forward(
    x: Array, weight: Array | None = None, *, normalized_shape: Any, eps: float | None = None
) -> tuple[Array, Any]:
    eps = float(np.finfo(x.dtype).eps) if eps is None else eps
    return _forward(x, weight, None, *_features(x, normalized_shape), eps, False)


def group_forward(
    x: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    num_groups: int,
    eps: float = 1e-5,
) -> tuple[Array, Any]:
    samples, channels, *spatial = x.shape
    rows = Rows(samples, num_groups, channels // num_groups, math.prod(spatial))
    return _forward(x, weight, bias, rows, (channels,), eps, True)


for _name, _op in (
    ("layer_norm", layer_forward),
    ("rms_norm", rms_forward),
    ("group_norm", group_forward),
):
    register(_name, library="cupy", forward=_op, backward=backward, accepts=accepts)
