"""Sliding windows: the geometry that convolution and pooling share, in ops and in kernels.

Along an axis of length L, padded by p before and p' after, the window number o looks at

    the elements o·s + k·d,  k = 0 ... K-1        K: kernel   s: stride   d: dilation

of the padded axis, and there are ⌊(L + p + p' - d (K-1) - 1) / s⌋ + 1 windows.

V. Dumoulin, F. Visin, 2016, *A guide to convolution arithmetic for deep learning*, section 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from operator import index
from typing import Any, NamedTuple

from .errors import ArgumentError, ShapeError

__all__ = [
    "adjoint_windows",
    "hashable",
    "pool_windows",
    "Sizes",
    "Windows",
    "counted",
    "image_shape",
    "per_axis",
    "windows",
]

Sizes = tuple[int, ...]

EXAMPLES = {"kernel_size": 3, "size": 8, "output_size": 8}
"""What an error proposes, where 1 would be no good advice."""


class Windows(NamedTuple):
    """Where the windows are along each spatial axis."""

    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    padding: tuple[tuple[int, int], ...]
    out: Sizes

    @property
    def places(self) -> int:
        """The number of elements in a window."""
        return math.prod(self.kernel)

    @property
    def offsets(self) -> list[Sizes]:
        """The first window's elements, in the padded image."""
        return list(
            product(*(range(0, k * d, d) for k, d in zip(self.kernel, self.dilation, strict=True)))
        )


def image_shape(axes: int, channels: Any = "C") -> str:
    """Return how an input with so many spatial axes is written, as in "(N, C, H, W)"."""
    names = {1: ["L"], 2: ["H", "W"], 3: ["D", "H", "W"]}.get(axes, ["..."])
    return f"(N, {', '.join([str(channels), *names])})"


def per_axis(where: str, argument: str, value: Any, axes: int, least: int = 1) -> Sizes:
    """Return a size for each spatial axis, from one number for all or a sequence.

    Examples
    --------
    >>> per_axis("conv2d", "stride", 2, 2)
    (2, 2)
    """
    try:
        sizes = (
            tuple(map(index, value)) if isinstance(value, tuple | list) else (index(value),) * axes
        )
    except TypeError:
        sizes = ()
    if len(sizes) != axes or min(sizes) < least or _has_bool(value):
        example = (EXAMPLES.get(argument, 1),) * axes
        raise ArgumentError(
            f"{where}: {argument} must be an integer >= {least} or one for each of the {axes} "
            f"spatial axes, got {value!r}; write {argument}={example[0]} or {argument}={example}"
        )
    return sizes


def _has_bool(value: Any) -> bool:
    """Tell whether there is a truth value, which Python takes for a number."""
    return (
        value is True
        or value is False
        or (isinstance(value, tuple | list) and any(isinstance(one, bool) for one in value))
    )


def windows(
    where: str,
    spatial: Sequence[int],
    kernel: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Windows:
    """Place the windows on an image of these spatial sizes.

    Parameters
    ----------
    where : str
        Who asks, for errors.
    spatial : sequence of int
    kernel, stride, dilation : int or sequence of int
    padding : int, sequence of int, "same" or "valid"
        ``"same"`` keeps the size, for stride 1; where the padding is odd, the larger half is
        after the image. ``"valid"`` is none.
    ceil_mode : bool
        Also take a last window that begins inside the image or the padding before it and ends
        beyond; the padding is extended for it.

    Raises
    ------
    ArgumentError
        If an argument makes no sense.
    ShapeError
        If not even one window fits.
    """
    sizes = hashable(kernel, stride, padding, dilation)
    return _windows(where, tuple(spatial), *sizes, ceil_mode)


def pool_windows(
    where: str,
    spatial: Sequence[int],
    kernel: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
) -> Windows:
    """Place the windows of a pooling; by default, without a stride, side by side."""
    stride = kernel if stride is None else stride
    return windows(where, spatial, kernel, stride, padding, dilation, ceil_mode)


def adjoint_windows(
    where: str,
    spatial: Sequence[int],
    kernel: Sequence[int],
    stride: Any,
    padding: Any,
    output_padding: Any,
    dilation: Any,
) -> tuple[Windows, Sizes]:
    """Return the convolution that a transposed one is the adjoint of, and the images it takes.

    Examples
    --------
    >>> win, images = adjoint_windows("conv_transpose", (3,), (2,), 2, 0, 1, 1)
    >>> win.out, images
    ((3,), (7,))
    """
    axes = len(kernel)
    steps = per_axis(where, "stride", stride, axes)
    pads = per_axis(where, "padding", padding, axes, least=0)
    extra = per_axis(where, "output_padding", output_padding, axes, least=0)
    apart = per_axis(where, "dilation", dilation, axes)
    if any(e >= max(s, d) for e, s, d in zip(extra, steps, apart, strict=True)):
        raise ArgumentError(
            f"{where}: output_padding must be smaller than stride or dilation, got "
            f"{output_padding!r} with stride {stride!r} and dilation {dilation!r}; it says which "
            "of the sizes that a convolution maps to this input was meant"
        )
    out = tuple(
        s * (n - 1) - 2 * p + d * (k - 1) + e + 1
        for n, s, p, d, k, e in zip(spatial, steps, pads, apart, kernel, extra, strict=True)
    )
    if min(out) < 1:
        raise ShapeError(
            f"{where}: the output must have at least one element along each axis, got {out} for an "
            f"input of {tuple(spatial)}; use less padding or a larger kernel"
        )
    win = windows(where, out, tuple(kernel), steps, pads, apart)
    return win._replace(out=tuple(spatial)), out


def hashable(*arguments: Any) -> tuple[Any, ...]:
    """Return arguments that a cache can look up: sizes may come as lists."""
    return tuple(tuple(a) if isinstance(a, list) else a for a in arguments)


@lru_cache(maxsize=1024, typed=True)  # True == 1, but is refused
def _windows(
    where: str,
    spatial: Sizes,
    kernel: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
) -> Windows:
    axes = len(spatial)
    kernel = per_axis(where, "kernel_size", kernel, axes)
    stride = per_axis(where, "stride", stride, axes)
    dilation = per_axis(where, "dilation", dilation, axes)
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    pads = _padding(where, padding, stride, reach)
    out, extended = [], []
    for length, span, s, (before, after) in zip(spatial, reach, stride, pads, strict=True):
        room = length + before + after - span - 1
        count = room // s + 1
        if ceil_mode and room % s and count * s < length + before:
            count += 1
        if count < 1:
            raise ShapeError(
                f"{where}: the kernel must fit into the padded input, got a kernel that reaches "
                f"over {tuple(r + 1 for r in reach)} elements and an input of {spatial} with "
                f"padding {pads}; use a smaller kernel or dilation, more padding or a larger input"
            )
        out.append(count)
        extended.append((before, after + max(0, (count - 1) * s - room)))
    return Windows(kernel, stride, dilation, tuple(extended), tuple(out))


def _padding(where: str, padding: Any, stride: Sizes, reach: list[int]) -> list[tuple[int, int]]:
    if padding == "valid":
        return [(0, 0)] * len(reach)
    if padding == "same":
        if max(stride) > 1:
            raise ArgumentError(
                f"{where}: padding must be a number if stride is not 1, got 'same' with stride "
                f"{stride}; write padding=kernel_size // 2"
            )
        return [(span // 2, span - span // 2) for span in reach]
    if isinstance(padding, str):
        raise ArgumentError(
            f"{where}: padding must be 'same', 'valid' or numbers, got {padding!r}; 'same' keeps "
            "the size of the image, 'valid' adds nothing"
        )
    return [(p, p) for p in per_axis(where, "padding", padding, len(reach), least=0)]


@lru_cache(maxsize=1024)
def counted(win: Windows, spatial: Sizes, pads: Sizes | None) -> list[list[int]]:
    """Return for each axis how many elements each window counts.

    Parameters
    ----------
    win : Windows
    spatial : tuple of int
        The sizes of the image.
    pads : tuple of int or None
        The padding that counts, on each side; None if only elements of the image do.

    Examples
    --------
    >>> counted(windows("pool", (4,), 3, 2, 1), (4,), None)
    [[2, 3]]
    """
    result = []
    for axis, length in enumerate(spatial):
        pad = pads[axis] if pads else 0
        firsts = range(0, win.out[axis] * win.stride[axis], win.stride[axis])
        result.append(
            [
                min(first + win.kernel[axis], length + pad) - max(first, -pad)
                for first in (f - win.padding[axis][0] for f in firsts)
            ]
        )
    return result
