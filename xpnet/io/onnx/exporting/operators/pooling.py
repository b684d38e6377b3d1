"""Pooling. What ceil_mode adds is written as padding, which every run-time counts alike."""

from __future__ import annotations

import math
from typing import Any

from .....windows import Windows, per_axis, pool_windows
from ..functions.beyond import padded
from ..symbol import Symbol, emit
from .convolutions import pads_of
from .translation import result_of, translates

__all__: list[str] = []


def _windows(x: Symbol, options: dict[str, Any]) -> Windows:
    return pool_windows(
        "pool",
        x.shape[2:],
        options["kernel_size"],
        options.get("stride"),
        options.get("padding", 0),
        options.get("dilation", 1),
        options.get("ceil_mode", False),
    )


def _is_global(x: Symbol, win: Windows) -> bool:
    return win.kernel == x.shape[2:] and not any(map(any, win.padding)) and max(win.dilation) == 1


def _reaches_too_far(win: Windows) -> bool:
    """Tell whether padding is as wide as the kernel, which operators refuse."""
    return any(max(pair) >= k for pair, k in zip(win.padding, win.kernel, strict=True))


@translates("max_pool")
def max_pool(x: Symbol, **options: Any) -> Symbol:
    result = result_of("max_pool", x, **options)
    win = _windows(x, options)
    if _is_global(x, win):
        return emit("GlobalMaxPool", [x], result)
    padding = win.padding
    if _reaches_too_far(win):
        x = padded(x, [(0, 0), (0, 0), *padding], -math.inf)
        padding = ((0, 0),) * len(padding)
    return emit(
        "MaxPool",
        [x],
        result,
        kernel_shape=list(win.kernel),
        strides=list(win.stride),
        pads=pads_of(padding),
        dilations=list(win.dilation),
    )


@translates("avg_pool")
def avg_pool(x: Symbol, **options: Any) -> Symbol:
    result = result_of("avg_pool", x, **options)
    win = _windows(x, options)
    if _is_global(x, win):
        return emit("GlobalAveragePool", [x], result)
    axes = len(win.kernel)
    counted = per_axis("avg_pool", "padding", options.get("padding", 0), axes, least=0)
    padding = win.padding
    counts_padding = options.get("count_include_pad", True)
    if counts_padding and padding != tuple((p, p) for p in counted):
        # what ceil_mode adds does not count, so what counts is made part of the image
        x = padded(x, [(0, 0), (0, 0), *((p, p) for p in counted)])
        pairs = zip(padding, counted, strict=True)
        padding = tuple((before - p, after - p) for (before, after), p in pairs)
        counts_padding = False
    return emit(
        "AveragePool",
        [x],
        result,
        kernel_shape=list(win.kernel),
        strides=list(win.stride),
        pads=pads_of(padding),
        count_include_pad=int(counts_padding),
    )
