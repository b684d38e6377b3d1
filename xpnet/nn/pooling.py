"""Pooling layers: smaller images, and features that do not mind where exactly something is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from ..windows import per_axis
from . import functional
from .module import Module

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "GlobalAvgPool1d",
    "GlobalAvgPool2d",
    "MaxPool1d",
    "MaxPool2d",
]


class _Pool(Module):
    axes: ClassVar[int]
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]

    def _set_windows(self, kernel_size: Any, stride: Any, padding: Any) -> None:
        where = type(self).__name__
        self.kernel_size = per_axis(where, "kernel_size", kernel_size, self.axes)
        self.stride = (
            self.kernel_size if stride is None else per_axis(where, "stride", stride, self.axes)
        )
        self.padding = per_axis(where, "padding", padding, self.axes, least=0)

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """One operation per element of a window and output."""
        outputs: int = math.prod(output.shape)
        return outputs * math.prod(self.kernel_size)


class _MaxPool(_Pool):
    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        *,
        ceil_mode: bool = False,
    ) -> None:
        self._set_windows(kernel_size, stride, padding)
        self.dilation = per_axis(type(self).__name__, "dilation", dilation, self.axes)
        self.ceil_mode = ceil_mode

    def forward(self, x: Any) -> Any:
        """Take the largest element of each window."""
        pool = functional.max_pool2d if self.axes == 2 else functional.max_pool1d
        return pool(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


class MaxPool2d(_MaxPool):
    """The largest element of each window of an image: (N, C, H, W) -> (N, C, H', W').

    H' = ⌊(H + 2 padding - dilation (kernel_size - 1) - 1) / stride⌋ + 1, and W' likewise.

    Parameters
    ----------
    kernel_size : int or tuple of two
    stride : int or tuple of two, optional
        Default: `kernel_size`; less than that lets windows overlap.
    padding : int or tuple of two
        At most half of the kernel; it never wins against an element.
    dilation : int or tuple of two
    ceil_mode : bool
        Round H' and W' up: a last window may reach beyond the image.

    Raises
    ------
    ShapeError
        If the input is not (N, C, H, W), or smaller than the kernel.
    ArgumentError
        If the padding is more than half of the kernel, or an argument makes no sense.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.MaxPool2d(2).predict(xn.asarray([[[[1.0, 2.0], [4.0, 3.0]]]]))
    array([[[[4.]]]], dtype=float32)
    """

    axes = 2


class MaxPool1d(_MaxPool):
    """The largest element of each window of a sequence: (N, C, L) -> (N, C, L').

    See :class:`MaxPool2d`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.MaxPool1d(3, stride=1).predict(xn.asarray([[[1.0, 2.0, 0.0, 3.0]]]))
    array([[[2., 3.]]], dtype=float32)
    """

    axes = 1


class _AvgPool(_Pool):
    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        self._set_windows(kernel_size, stride, padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, x: Any) -> Any:
        """Take the mean of each window."""
        pool = functional.avg_pool2d if self.axes == 2 else functional.avg_pool1d
        return pool(
            x,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )


class AvgPool2d(_AvgPool):
    """The mean of each window of an image: (N, C, H, W) -> (N, C, H', W').

    Parameters
    ----------
    kernel_size : int or tuple of two
    stride : int or tuple of two, optional
        Default: `kernel_size`; less than that lets windows overlap.
    padding : int or tuple of two
        Zeros on both sides, at most half of the kernel.
    ceil_mode : bool
        Round H' and W' up: a last window may reach beyond the image.
    count_include_pad : bool
        Whether the padding counts among the elements of a window.

    Raises
    ------
    ShapeError, ArgumentError
        As for :class:`MaxPool2d`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.AvgPool2d(2).predict(xn.asarray([[[[1.0, 2.0], [4.0, 3.0]]]]))
    array([[[[2.5]]]], dtype=float32)
    """

    axes = 2


class AvgPool1d(_AvgPool):
    """The mean of each window of a sequence: (N, C, L) -> (N, C, L'); see :class:`AvgPool2d`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.AvgPool1d(2).predict(xn.asarray([[[1.0, 2.0, 0.0, 3.0]]]))
    array([[[1.5, 1.5]]], dtype=float32)
    """

    axes = 1


class _Reduction(Module):
    """Pooling that reads every element about once."""

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """One operation per element of the input."""
        return math.prod(inputs[0].shape)


class _Adaptive(_Reduction):
    axes: ClassVar[int]

    def __init__(self, output_size: Any) -> None:
        several = isinstance(output_size, tuple | list)
        sizes = [1 if n is None else n for n in output_size] if several else output_size
        per_axis(type(self).__name__, "output_size", sizes, self.axes)
        self.output_size = output_size


class AdaptiveAvgPool2d(_Adaptive):
    """The means of a given number of windows: (N, C, H, W) -> (N, C, *output_size).

    Parameters
    ----------
    output_size : int or tuple of two
        None keeps an axis as it is. Where it does not divide the image, windows overlap.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> xn.nn.AdaptiveAvgPool2d((3, 2)).predict(np.ones((1, 4, 7, 7))).shape
    (1, 4, 3, 2)
    """

    axes = 2

    def forward(self, x: Any) -> Any:
        """Take the mean of each window."""
        return functional.adaptive_avg_pool2d(x, self.output_size)


class AdaptiveAvgPool1d(_Adaptive):
    """The means of a given number of windows: (N, C, L) -> (N, C, output_size)."""

    axes = 1

    def forward(self, x: Any) -> Any:
        """Take the mean of each window."""
        return functional.adaptive_avg_pool1d(x, self.output_size)


class AdaptiveMaxPool2d(_Adaptive):
    """The maxima of a given number of windows: (N, C, H, W) -> (N, C, *output_size)."""

    axes = 2

    def forward(self, x: Any) -> Any:
        """Take the maximum of each window."""
        return functional.adaptive_max_pool2d(x, self.output_size)


class AdaptiveMaxPool1d(_Adaptive):
    """The maxima of a given number of windows: (N, C, L) -> (N, C, output_size)."""

    axes = 1

    def forward(self, x: Any) -> Any:
        """Take the maximum of each window."""
        return functional.adaptive_max_pool1d(x, self.output_size)


class GlobalAvgPool2d(_Reduction):
    """The mean of each channel of an image: (N, C, H, W) -> (N, C).

    References
    ----------
    M. Lin, Q. Chen, S. Yan, "Network in network", ICLR 2014, section 3.2.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> xn.nn.GlobalAvgPool2d().predict(np.ones((2, 3, 5, 5))).shape
    (2, 3)
    """

    def forward(self, x: Any) -> Any:
        """Take the mean of each channel."""
        return functional.global_avg_pool(x)


class GlobalAvgPool1d(GlobalAvgPool2d):
    """The mean of each channel of a sequence: (N, C, L) -> (N, C)."""
