"""What the places of pooling windows see, as slices of images with the batch last."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from ...typing import Array
from ...windows import Windows, hashable, pool_windows

__all__ = ["Place", "Pool", "pool_of"]


@dataclass(frozen=True)
class Place:
    """One place of the window: the windows for which it is inside the image, and what they see.

    Both index arrays (C, H, W, N); what lies in the padding is left out.
    """

    windows: tuple[slice, ...]
    seen: tuple[slice, ...]


@dataclass(frozen=True)
class Pool:
    """The places of the window, row by row.

    whole : whether each place is inside the image for every window (there is no padding)
    apart : whether the windows are whole and tile the image without gap or overlap
    """

    win: Windows
    out: tuple[int, int]
    places: tuple[Place, ...]
    whole: bool
    apart: bool


def pool_of(
    x: Array, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Pool:
    """Return the places for these images, which are found once for each combination of sizes."""
    return _pool(x.shape[2:], *hashable(kernel_size, stride, padding, dilation), ceil_mode)


@lru_cache(maxsize=512)
def _pool(
    spatial: tuple[int, ...],
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
) -> Pool:
    win = pool_windows("pool", spatial, kernel_size, stride, padding, dilation, ceil_mode)
    axes = []  # for each axis, for each place along it: (windows, seen)
    for length, k, s, d, (before, _), out in zip(
        spatial, win.kernel, win.stride, win.dilation, win.padding, win.out, strict=True
    ):
        along = []
        for offset in range(-before, k * d - before, d):
            first = max(0, -(offset // s))  # the smallest o with o·s + offset >= 0
            last = min(out, (length - 1 - offset) // s + 1)
            begin = first * s + offset
            seen = slice(begin, begin + s * (last - first - 1) + 1, s)
            along.append((slice(first, last), seen) if last > first else None)
        axes.append(along)
    if len(spatial) == 1:
        axes.insert(0, [(slice(0, 1), slice(0, 1, 1))])
    every = slice(None)
    places = tuple(
        Place((every, rows[0], columns[0]), (every, rows[1], columns[1]))
        for rows, columns in product(*axes)
        if rows is not None and columns is not None
    )
    whole = not any(sum(pads) for pads in win.padding)
    apart = whole and all(
        k == s and d == 1 and length == out * k
        for length, k, s, d, out in zip(
            spatial, win.kernel, win.stride, win.dilation, win.out, strict=True
        )
    )
    height, width = (1,) * (2 - len(win.out)) + win.out
    return Pool(win, (height, width), places, whole, apart)
