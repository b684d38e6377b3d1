"""Where the windows of convolution and pooling are, as kernels get it: one struct of numbers.

A sequence is an image of height 1, so one kernel serves one and two spatial axes.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from ...windows import Sizes, Windows

__all__ = ["WINDOW", "Packed", "packed"]

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


class Packed(NamedTuple):
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


@lru_cache(maxsize=1024)
def packed(channels: int, spatial: Sizes, win: Windows) -> Packed:
    """Pack the windows on images with so many channels of these sizes."""
    corner = tuple(before for before, _ in win.padding)
    # a sequence (L,) -> an image (1, L)
    as_image = 2 - len(spatial)
    sizes = (spatial, win.out, win.kernel, win.stride, win.dilation)
    pairs = [(1,) * as_image + pair for pair in sizes]
    numbers = (channels, *chain(*pairs), *(0,) * as_image, *corner)
    struct = np.array([numbers], dtype=WINDOW)
    struct.flags.writeable = False
    return Packed(struct, win.out, math.prod(win.out), win.places)
