"""Convolution, and where its windows are."""

from __future__ import annotations

import math
from collections.abc import Sequence
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
