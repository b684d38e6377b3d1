"""Pooling: the largest element, the mean or the norm of each window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

from .....backend import namespace
from .....errors import ShapeError
from .....nn import functional as F
from .convolution import AUTO_PAD, Geometry, geometry, padded
from .table import Ints, operator

MOST_PLACES = 2**13
"""Windows are worked through place by place."""


def is_whole(x: Any, win: Geometry) -> bool:
    """Tell whether there is one window, which is the image."""
    return list(win.kernel) == list(x.shape[2:]) and not any([*win.before, *win.after])


def with_ceiling(x: Any, win: Geometry, ceil_mode: int) -> Geometry:
    """Let the last window reach beyond the image, if it begins inside or in what lies before."""
    if math.prod(win.kernel) > MOST_PLACES:
        raise ShapeError(
            f"windows must have at most {MOST_PLACES:,} places, got kernel_shape "
            f"{list(win.kernel)}; the file is damaged, or use a global pooling"
        )
    after = list(win.after)
    for i, (n, k, s, d, p) in enumerate(
        zip(x.shape[2:], win.kernel, win.stride, win.dilation, win.before, strict=True)
    ):
        room = n + p + after[i] - d * (k - 1) - 1
        if room < 0:
            raise ShapeError(
                f"windows must fit into the padded image, got kernel_shape {list(win.kernel)} for "
                f"{tuple(x.shape)}; the input is too small for this model"
            )
        if ceil_mode and room % s:
            last = (room // s + 1) * s
            if last < n + p:
                after[i] += last - room
    return win._replace(after=after)


def parts_of_windows(x: Any, win: Geometry) -> Iterator[Any]:
    """Yield, for each place in a window, the element there of every window, of a padded image."""
    out = [
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(x.shape[2:], win.kernel, win.stride, win.dilation, strict=True)
    ]
    places = product(*(range(0, k * d, d) for k, d in zip(win.kernel, win.dilation, strict=True)))
    for place in places:
        key = tuple(
            slice(o, o + s * (n - 1) + 1, s) for o, s, n in zip(place, win.stride, out, strict=True)
        )
        yield x[(slice(None), slice(None), *key)]


def sum_of_windows(x: Any, win: Geometry) -> Any:
    """Return the sum of the elements of each window; where there is padding it counts as 0."""
    total: Any = None
    for part in parts_of_windows(padded(x, win.before, win.after), win):
        total = part if total is None else total + part
    return total


@operator("MaxPool", choices={"auto_pad": AUTO_PAD, "storage_order": (0,)})
def max_pool(
    x: Any,
    *,
    kernel_shape: Ints,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: Ints | None = None,
    pads: Ints | None = None,
    storage_order: int = 0,
    strides: Ints | None = None,
) -> Any:
    """Take the largest element of each window."""
    win = geometry(x, kernel_shape, strides, dilations, pads, auto_pad)
    if is_whole(x, win):
        return namespace(x).max(x, axis=_spatial(x), keepdims=True)
    win = with_ceiling(x, win, ceil_mode)
    half = all(2 * p <= k for p, k in zip(win.before, win.kernel, strict=True))
    if win.symmetric and half:
        padding: Any = tuple(win.before)
    else:
        least = _least(x)
        x, padding = padded(x, win.before, win.after, least), 0
    return F.max_pool(
        x, tuple(win.kernel), stride=tuple(win.stride), padding=padding,
        dilation=tuple(win.dilation),
    )  # fmt: skip


def _least(x: Any) -> Any:
    xp = namespace(x)
    if xp.isdtype(x.dtype, "real floating"):
        return -math.inf
    return int(xp.iinfo(x.dtype).min)


@operator("AveragePool", choices={"auto_pad": AUTO_PAD})
def average_pool(
    x: Any,
    *,
    kernel_shape: Ints,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    dilations: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Any:
    """Take the mean of each window."""
    win = geometry(x, kernel_shape, strides, dilations, pads, auto_pad)
    if is_whole(x, win):
        return namespace(x).mean(x, axis=_spatial(x), keepdims=True)
    wide = with_ceiling(x, win, ceil_mode)
    half = all(2 * p <= k for p, k in zip(wide.before, wide.kernel, strict=True))
    if wide.symmetric and half and max(wide.dilation) == 1 and wide.after == list(win.after):
        return F.avg_pool(
            x, tuple(wide.kernel), stride=tuple(wide.stride), padding=tuple(wide.before),
            count_include_pad=bool(count_include_pad),
        )  # fmt: skip
    xp = namespace(x)
    ones = xp.ones((1, 1, *x.shape[2:]), dtype=x.dtype, device=x.device)
    if count_include_pad:  # the padding counts, what ceil_mode adds to it does not
        ones = padded(ones, win.before, win.after, 1.0)
        beyond = [a - b for a, b in zip(wide.after, win.after, strict=True)]
        count = sum_of_windows(ones, wide._replace(before=[0] * len(beyond), after=beyond))
    else:
        count = sum_of_windows(ones, wide)
    return sum_of_windows(x, wide) / count


@operator("LpPool", choices={"auto_pad": AUTO_PAD})
def lp_pool(
    x: Any,
    *,
    kernel_shape: Ints,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: Ints | None = None,
    p: int = 2,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Any:
    """Take the p-norm of each window."""
    win = geometry(x, kernel_shape, strides, dilations, pads, auto_pad)
    win = with_ceiling(x, win, ceil_mode)
    xp = namespace(x)
    return xp.pow(sum_of_windows(xp.pow(xp.abs(x), float(p)), win), 1.0 / p)


def _spatial(x: Any) -> tuple[int, ...]:
    if len(x.shape) < 3:
        raise ShapeError(
            f"the input must be (N, C, ...) with axes to pool over, got {tuple(x.shape)}; check "
            "the shape of the input"
        )
    return tuple(range(2, len(x.shape)))


@operator("GlobalAveragePool")
def global_average_pool(x: Any) -> Any:
    """Take the mean of each channel."""
    return namespace(x).mean(x, axis=_spatial(x), keepdims=True)


@operator("GlobalMaxPool")
def global_max_pool(x: Any) -> Any:
    """Take the maximum of each channel."""
    return namespace(x).max(x, axis=_spatial(x), keepdims=True)


@operator("GlobalLpPool")
def global_lp_pool(x: Any, *, p: int = 2) -> Any:
    """Take the p-norm of each channel."""
    xp = namespace(x)
    powers = xp.sum(xp.pow(xp.abs(x), float(p)), axis=_spatial(x), keepdims=True)
    return xp.pow(powers, 1.0 / p)
