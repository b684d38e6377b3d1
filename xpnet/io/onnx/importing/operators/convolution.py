"""Convolution, and what slides over images like it: pooling."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from .....backend import extra, namespace
from .....errors import ShapeError
from .....nn import functional as F
from ..room import require_room
from .table import Ints, operator

AUTO_PAD = ("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")


class Geometry(NamedTuple):
    """Where windows are along each spatial axis; lists with one number per axis."""

    kernel: Sequence[int]
    stride: Sequence[int]
    dilation: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]

    @property
    def symmetric(self) -> bool:
        """Whether there is as much padding behind as before, which is what xpnet's ops take."""
        return list(self.before) == list(self.after) and min(self.before, default=0) >= 0


def geometry(
    x: Any,
    kernel: Sequence[int],
    strides: Sequence[int] | None,
    dilations: Sequence[int] | None,
    pads: Sequence[int] | None,
    auto_pad: str,
) -> Geometry:
    """Return the windows that the attributes of a node stand for."""
    spatial = x.shape[2:]
    axes = len(spatial)
    if axes < 1 or len(kernel) != axes:
        raise ShapeError(
            f"the input must have {len(kernel)} axes after batch and channels, as kernel_shape "
            f"has, got {tuple(x.shape)}; check the shape of the input"
        )
    stride = list(strides or [1] * axes)
    dilation = list(dilations or [1] * axes)
    both = list(pads or [0] * (2 * axes))
    if auto_pad == "VALID":
        both = [0] * (2 * axes)
    if len(stride) != axes or len(dilation) != axes or len(both) != 2 * axes:
        raise ShapeError(
            f"strides, dilations and pads must be for {axes} axes, got {stride}, {dilation}, "
            f"{both}; export the model again"
        )
    if min([*kernel, *stride, *dilation]) < 1:
        raise ShapeError(
            f"kernel_shape, strides and dilations must be at least 1, got {list(kernel)}, "
            f"{stride}, {dilation}; export the model again"
        )
    before, after = both[:axes], both[axes:]
    if auto_pad.startswith("SAME"):
        for i, (n, k, s, d) in enumerate(zip(spatial, kernel, stride, dilation, strict=True)):
            total = max((math.ceil(n / s) - 1) * s + (k - 1) * d + 1 - n, 0)
            less, more = total // 2, total - total // 2
            before[i], after[i] = (less, more) if auto_pad == "SAME_UPPER" else (more, less)
    require_room(
        [*x.shape[:2], *(n + b + a for n, b, a in zip(spatial, before, after, strict=True))]
    )
    return Geometry(kernel, stride, dilation, before, after)


def padded(x: Any, before: Sequence[int], after: Sequence[int], value: float = 0.0) -> Any:
    """Add elements at the borders of the spatial axes; a negative number takes some away."""
    if min([*before, *after], default=0) < 0:
        key = tuple(
            slice(max(-b, 0), n - max(-a, 0))
            for n, b, a in zip(x.shape[2:], before, after, strict=True)
        )
        x = x[(slice(None), slice(None), *key)]
    if not any(n > 0 for n in [*before, *after]):
        return x
    widths = [(max(b, 0), max(a, 0)) for b, a in zip(before, after, strict=True)]
    return extra.pad(x, [(0, 0), (0, 0), *widths], value)


@operator("Conv", choices={"auto_pad": AUTO_PAD})
def conv(
    x: Any,
    w: Any,
    b: Any = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Any:
    """Slide a kernel over an image."""
    win = geometry(x, kernel_shape or w.shape[2:], strides, dilations, pads, auto_pad)
    padding: Any = tuple(win.before)
    if not win.symmetric:
        x, padding = padded(x, win.before, win.after), 0
    strided = [
        max((n - d * (k - 1) - 1) // s + 1, 0)
        for n, k, s, d in zip(
            (n + 2 * p for n, p in zip(x.shape[2:], win.before, strict=True))
            if win.symmetric
            else x.shape[2:],
            win.kernel, win.stride, win.dilation, strict=True,
        )
    ]  # fmt: skip
    require_room([x.shape[0], w.shape[0], *strided])
    return F.conv(
        x, w, b, stride=tuple(win.stride), padding=padding, dilation=tuple(win.dilation),
        groups=group,
    )  # fmt: skip


@operator("ConvTranspose", choices={"auto_pad": AUTO_PAD})
def conv_transpose(
    x: Any,
    w: Any,
    b: Any = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    output_padding: Ints | None = None,
    output_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Any:
    """Apply the adjoint of a convolution; whole first, then what `pads` says is cut off."""
    same = auto_pad.startswith("SAME")
    win = geometry(
        x, kernel_shape or w.shape[2:], strides, dilations,
        None if same else pads, "NOTSET" if same else auto_pad,
    )  # fmt: skip
    axes = len(win.kernel)
    more = list(output_padding or [0] * axes)
    full = [
        s * (n - 1) + d * (k - 1) + 1
        for n, k, s, d in zip(x.shape[2:], win.kernel, win.stride, win.dilation, strict=True)
    ]
    before, after = list(win.before), list(win.after)
    wanted = list(output_shape)[-axes:] if output_shape else None
    if same and wanted is None:
        wanted = [n * s for n, s in zip(x.shape[2:], win.stride, strict=True)]
    if wanted is not None:
        for i in range(axes):
            total = full[i] + more[i] - wanted[i]
            less, rest = total // 2, total - total // 2
            before[i], after[i] = (less, rest) if auto_pad == "SAME_UPPER" else (rest, less)
    require_room([x.shape[0], w.shape[1] * group, *full])
    y = F.conv_transpose(
        x, w, b, stride=tuple(win.stride), groups=group, dilation=tuple(win.dilation)
    )
    ends = [m - a for m, a in zip(more, after, strict=True)]
    require_room([*y.shape[:2], *(n - p + e for n, p, e in zip(full, before, ends, strict=True))])
    return _with_bias_at_the_end(y, b, before, ends)


def _with_bias_at_the_end(y: Any, b: Any, before: Sequence[int], ends: Sequence[int]) -> Any:
    """Cut the beginning off; what is added behind holds the bias alone."""
    grown = padded(y, [-p for p in before], ends)
    if b is None or max(ends) <= 0:
        return grown
    inside = padded(namespace(y).ones_like(y), [-p for p in before], ends)
    shape = (1, -1, *[1] * len(before))
    return grown + (1.0 - inside) * namespace(b).reshape(b, shape)


# ---- pooling -----------------------------------------------------------------------------------


def with_ceiling(x: Any, win: Geometry, ceil_mode: int) -> Geometry:
    """Let the last window reach beyond the image, if it begins inside or in what lies before."""
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
    require_room([math.prod(win.kernel)])
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
