"""Pooling; the number in a name is that of spatial axes."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...backend import namespace
from ...ops.matching import require_image

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "global_avg_pool",
    "global_max_pool",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
]


def max_pool(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Any:
    """Take the largest element of each window: (N, C, *spatial) -> (N, C, *out).

    Along an axis of length L, ``out`` is
    ⌊(L + 2 padding - dilation (kernel_size - 1) - 1) / stride⌋ + 1, or ⌈...⌉ with `ceil_mode`.

    Parameters
    ----------
    x : (N, C, *spatial) array or Tensor
    kernel_size : int or tuple of int
        For all axes, or for each.
    stride : int or tuple of int, optional
        Default: `kernel_size`, so that windows lie side by side.
    padding : int or tuple of int
        At most half of the kernel; it never wins against an element.
    dilation : int or tuple of int
    ceil_mode : bool
        Whether a last window may reach beyond the image.

    Raises
    ------
    ShapeError
        If `x` has no batch or channel axis, or the kernel is larger than the padded image.
    ArgumentError
        If an option makes no sense.

    Examples
    --------
    >>> import numpy as np
    >>> max_pool(np.asarray([[[1.0, 3.0, 2.0, 0.0]]]), 2)
    array([[[3., 2.]]])
    """
    return ops.max_pool(
        x,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
    )


def max_pool1d(x: Any, kernel_size: Any, *args: Any, **options: Any) -> Any:
    """Do the same along one axis: (N, C, L) -> (N, C, L'); see :func:`max_pool`."""
    require_image("max_pool1d", x, 1)
    return max_pool(x, kernel_size, *args, **options)


def max_pool2d(x: Any, kernel_size: Any, *args: Any, **options: Any) -> Any:
    """Do the same on images: (N, C, H, W) -> (N, C, H', W'); see :func:`max_pool`."""
    require_image("max_pool2d", x, 2)
    return max_pool(x, kernel_size, *args, **options)


def avg_pool(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """Take the mean of each window: (N, C, *spatial) -> (N, C, *out).

    Parameters
    ----------
    x : (N, C, *spatial) array or Tensor
    kernel_size, stride, padding, ceil_mode
        As for :func:`max_pool`; padding is zeros.
    count_include_pad : bool
        Whether the padding counts among the elements of a window.

    Raises
    ------
    ShapeError, ArgumentError
        As for :func:`max_pool`.

    Examples
    --------
    >>> import numpy as np
    >>> avg_pool(np.asarray([[[1.0, 3.0, 2.0, 0.0]]]), 2)
    array([[[2., 1.]]])
    """
    return ops.avg_pool(
        x,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
    )


def avg_pool1d(x: Any, kernel_size: Any, *args: Any, **options: Any) -> Any:
    """Do the same along one axis: (N, C, L) -> (N, C, L'); see :func:`avg_pool`."""
    require_image("avg_pool1d", x, 1)
    return avg_pool(x, kernel_size, *args, **options)


def avg_pool2d(x: Any, kernel_size: Any, *args: Any, **options: Any) -> Any:
    """Do the same on images: (N, C, H, W) -> (N, C, H', W'); see :func:`avg_pool`."""
    require_image("avg_pool2d", x, 2)
    return avg_pool(x, kernel_size, *args, **options)


def adaptive_avg_pool1d(x: Any, output_size: Any) -> Any:
    """Take the means of so many windows: (N, C, L) -> (N, C, output_size)."""
    require_image("adaptive_avg_pool1d", x, 1)
    return ops.adaptive_avg_pool(x, output_size)


def adaptive_avg_pool2d(x: Any, output_size: Any) -> Any:
    """Take the means of so many windows: (N, C, H, W) -> (N, C, *output_size).

    Parameters
    ----------
    x : (N, C, H, W) array or Tensor
    output_size : int or tuple of two
        None keeps an axis as it is. Where it does not divide the image, windows overlap.

    Examples
    --------
    >>> import numpy as np
    >>> adaptive_avg_pool2d(np.ones((2, 3, 7, 5)), (2, None)).shape
    (2, 3, 2, 5)
    """
    require_image("adaptive_avg_pool2d", x, 2)
    return ops.adaptive_avg_pool(x, output_size)


def adaptive_max_pool1d(x: Any, output_size: Any) -> Any:
    """Take the maxima of so many windows: (N, C, L) -> (N, C, output_size)."""
    require_image("adaptive_max_pool1d", x, 1)
    return ops.adaptive_max_pool(x, output_size)


def adaptive_max_pool2d(x: Any, output_size: Any) -> Any:
    """Take the maxima of so many windows: (N, C, H, W) -> (N, C, *output_size)."""
    require_image("adaptive_max_pool2d", x, 2)
    return ops.adaptive_max_pool(x, output_size)


def global_avg_pool(x: Any) -> Any:
    """Take the mean of each channel: (N, C, *spatial) -> (N, C).

    M. Lin, Q. Chen, S. Yan, 2014, *Network in network*, section 3.2.

    Examples
    --------
    >>> import numpy as np
    >>> global_avg_pool(np.ones((2, 3, 4, 5))).shape
    (2, 3)
    """
    require_image("global_avg_pool", x, max(len(x.shape) - 2, 1))
    return namespace(x).mean(x, axis=tuple(range(2, len(x.shape))))


def global_max_pool(x: Any) -> Any:
    """Take the maximum of each channel: (N, C, *spatial) -> (N, C).

    Equal maxima share the gradient.

    Examples
    --------
    >>> import numpy as np
    >>> global_max_pool(np.asarray([[[1.0, 3.0, 2.0]]]))
    array([[3.]])
    """
    require_image("global_max_pool", x, max(len(x.shape) - 2, 1))
    return namespace(x).max(x, axis=tuple(range(2, len(x.shape))))
