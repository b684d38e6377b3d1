"""Rows of convolution and pooling."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .row import Row, with_axes


def kernel(x: tuple[int, ...], w: tuple[int, ...], bias: int = 0) -> Callable[..., list[Any]]:
    """An image, a kernel and perhaps a bias."""

    def make(rng: np.random.Generator) -> list[Any]:
        b = [rng.standard_normal(bias)] if bias else []
        return [rng.standard_normal(x), rng.standard_normal(w), *b]

    return make


def different(*shape: int) -> Callable[..., list[Any]]:
    """Numbers that keep a distance from each other, so that the winner of a window is clear."""

    def make(rng: np.random.Generator) -> list[Any]:
        size = math.prod(shape)
        return [rng.permutation(size).reshape(shape) / size - 0.3]

    return make


def convolution(op: str, x: Any, w: Any, bias: int = 0, note: str = "", **options: Any) -> Row:
    wrt = (0, 1, 2) if bias else (0, 1)
    return Row(op, kernel(x, w, bias), options, with_axes(op), wrt=wrt, note=note)


def pooling(op: str, shape: tuple[int, ...], note: str = "", **options: Any) -> Row:
    smooth = op == "avg_pool"
    return Row(op, different(*shape), options, with_axes(op), smooth=smooth, note=note)


CONVOLUTIONS = [
    convolution("conv", (2, 3, 5, 6), (4, 3, 3, 2), 4),
    convolution("conv", (2, 3, 5, 6), (4, 3, 3, 2), stride=2, padding=(1, 2)),
    convolution("conv", (2, 4, 6, 6), (6, 2, 3, 2), 6, dilation=2, groups=2, padding="same"),
    convolution("conv", (2, 3, 5, 5), (6, 1, 3, 3), groups=3, stride=(2, 1), note="depthwise"),
    convolution("conv", (2, 2, 9), (3, 2, 3), 3, stride=2, padding=1, dilation=2, note="sequence"),
    convolution("conv", (2, 2, 4, 4), (3, 2, 1, 1), 3, note="pointwise"),
    convolution("conv", (1, 2, 3, 4, 3), (2, 2, 2, 2, 2), 2, note="volume"),
    convolution("conv_transpose", (2, 3, 3, 4), (3, 4, 3, 2), 4),
    convolution("conv_transpose", (2, 3, 3, 4), (3, 4, 3, 2), stride=2, padding=1),
    convolution(
        "conv_transpose", (2, 4, 3, 2), (4, 3, 2, 3), 6, stride=3, output_padding=2, groups=2
    ),
    convolution(
        "conv_transpose", (2, 2, 5), (2, 3, 3), 3, stride=2, padding=2, dilation=3, note="sequence"
    ),
    convolution(
        "conv_transpose", (2, 2, 3, 4), (2, 3, 1, 1), output_padding=1, dilation=2, note="pointwise"
    ),
]

POOLS = [
    pooling("max_pool", (2, 3, 4, 6), kernel_size=2),
    pooling("max_pool", (2, 2, 5, 6), kernel_size=3, stride=2, padding=1),
    pooling("max_pool", (2, 2, 7, 6), kernel_size=(3, 2), stride=(2, 3), ceil_mode=True),
    pooling("max_pool", (2, 2, 7, 6), kernel_size=2, stride=1, dilation=2, padding=1),
    pooling("max_pool", (2, 3, 8), kernel_size=3, stride=2, note="sequence"),
    pooling("max_pool", (1, 2, 4, 4, 4), kernel_size=2, note="volume"),
    pooling("avg_pool", (2, 3, 4, 6), kernel_size=2),
    pooling("avg_pool", (2, 2, 5, 6), kernel_size=3, stride=2, padding=1),
    pooling("avg_pool", (2, 2, 5, 6), kernel_size=3, stride=2, padding=1, count_include_pad=False),
    pooling("avg_pool", (2, 2, 7, 6), kernel_size=(3, 2), stride=(2, 3), ceil_mode=True),
    pooling("avg_pool", (2, 3, 8), kernel_size=3, stride=1, note="sequence"),
    pooling("avg_pool", (1, 2, 4, 4, 4), kernel_size=2, note="volume"),
]

ROWS = [*CONVOLUTIONS, *POOLS]
