"""Where the windows of convolution and pooling are, as kernels get it: one struct of numbers.

A sequence is an image of height 1, so one kernel serves one and two spatial axes.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

__all__ = ["WINDOW", "Windows", "per_axis", "windows"]

WINDOW = np.dtype(
    [
        (name, np.int32)
        for name in (
            *("channels", "height", "width", "out_height", "out_width"),
            *("kernel_height", "kernel_width", "stride_height", "stride_width"),
            *("dilation_height", "dilation_width", "top", "left"),
        )
    ]
)
"""The struct Window of common.cuh."""

Sizes = tuple[int, ...]


class Windows(NamedTuple):
    """Windows on images of a given size.

    Attributes
    ----------
    struct : numpy.ndarray
        One element of `WINDOW`.
    out : tuple of int
        How many windows there are along each spatial axis.
    pixels, places : int
        How many windows there are, and how many elements each has.
    """

    struct: np.ndarray
    out: Sizes
    pixels: int
    places: int


def per_axis(value: Any, axes: int) -> Sizes:
    """Return a size for each spatial axis, from one for all or a sequence."""
    return tuple(map(int, value)) if isinstance(value, tuple | list) else (int(value),) * axes


def windows(
    channels: int,
    spatial: Sizes,
    kernel: Sizes,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    out: Sizes | None = None,
) -> Windows:
    """Place windows on images; arguments as in the generic ops, which have checked them.

    Only the first `out` windows, if given: a transposed convolution knows how many there are.
    """
    axes = len(spatial)
    if not isinstance(padding, str):
        padding = per_axis(padding, axes)
    steps, apart = per_axis(stride, axes), per_axis(dilation, axes)
    return _windows(channels, tuple(spatial), tuple(kernel), steps, padding, apart, ceil_mode, out)


@lru_cache(maxsize=1024)
def _windows(
    channels: int,
    spatial: Sizes,
    kernel: Sizes,
    stride: Sizes,
    padding: Sizes | str,
    dilation: Sizes,
    ceil_mode: bool,
    only: Sizes | None,
) -> Windows:
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if isinstance(padding, str):  # "same" has the larger half after the image, "valid" is none
        pads = [(r // 2, r - r // 2) if padding == "same" else (0, 0) for r in reach]
    else:
        pads = [(p, p) for p in padding]
    counts = []
    for length, r, s, (before, after) in zip(spatial, reach, stride, pads, strict=True):
        room = length + before + after - r - 1
        count = room // s + 1
        if ceil_mode and room % s and count * s < length + before:
            count += 1
        counts.append(count)
    out = tuple(counts) if only is None else tuple(only)
    corner = tuple(before for before, _ in pads)
    # a sequence (L,) -> an image (1, L)
    as_image = 2 - len(spatial)
    pairs = [(1,) * as_image + sizes for sizes in (spatial, out, kernel, stride, dilation)]
    numbers = (channels, *chain(*pairs), *(0,) * as_image, *corner)
    struct = np.array([numbers], dtype=WINDOW)
    struct.flags.writeable = False
    return Windows(struct, out, math.prod(out), math.prod(kernel))
