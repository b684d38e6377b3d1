"""Convolution and transposed convolution; the number in a name is that of spatial axes."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import ShapeError
from ...windows import image_shape

__all__ = [
    "conv",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
]


def conv(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Slide a kernel over an image of any number of axes: (N, C, *spatial) -> (N, M, *out).

    Along an axis of length L, ``out`` is
    ⌊(L + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1.

    Parameters
    ----------
    x : (N, C, *spatial) array or Tensor
    weight : (M, C/groups, *kernel)
    bias : (M,), optional
    stride, dilation : int or tuple of int
        For all axes, or for each.
    padding : int, tuple of int, "same" or "valid"
        Zeros on both sides. ``"same"`` keeps the size of the image, for stride 1.
    groups : int
        Cuts the channels into groups that do not see each other.

    Raises
    ------
    ShapeError
        If shapes do not fit, or the kernel is larger than the padded image.
    ArgumentError
        If groups do not divide the channels, or an option makes no sense.

    Examples
    --------
    >>> import numpy as np
    >>> conv(np.asarray([[[1.0, 2.0, 4.0]]]), np.asarray([[[-1.0, 1.0]]]))
    array([[[1., 2.]]])
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return ops.conv(x, weight, bias, **options)


def conv1d(x: Any, weight: Any, bias: Any = None, *args: Any, **options: Any) -> Any:
    """Do the same along one axis: (N, C, L) -> (N, M, L'); see :func:`conv`."""
    _require_kernel("conv1d", weight, 1)
    return conv(x, weight, bias, *args, **options)


def conv2d(x: Any, weight: Any, bias: Any = None, *args: Any, **options: Any) -> Any:
    """Do the same on images: (N, C, H, W) -> (N, M, H', W'); see :func:`conv`.

    Examples
    --------
    >>> import numpy as np
    >>> conv2d(np.ones((1, 3, 28, 28)), np.ones((8, 3, 5, 5)), padding="same").shape
    (1, 8, 28, 28)
    """
    _require_kernel("conv2d", weight, 2)
    return conv(x, weight, bias, *args, **options)


def conv3d(x: Any, weight: Any, bias: Any = None, *args: Any, **options: Any) -> Any:
    """Do the same on volumes: (N, C, D, H, W) -> (N, M, D', H', W'); see :func:`conv`."""
    _require_kernel("conv3d", weight, 3)
    return conv(x, weight, bias, *args, **options)


def conv_transpose(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """Apply the adjoint of a convolution: (N, C, *spatial) -> (N, M, *out).

    Along an axis of length L, ``out`` is
    stride (L - 1) - 2 padding + dilation (kernel - 1) + output_padding + 1.

    Parameters
    ----------
    x : (N, C, *spatial) array or Tensor
    weight : (C, M/groups, *kernel)
    bias : (M,), optional
    stride, padding, dilation : int or tuple of int
        Those of the convolution that this is the adjoint of.
    output_padding : int or tuple of int
        Makes the output so much longer at its end.
    groups : int

    Raises
    ------
    ShapeError
        If shapes do not fit, or nothing would be left of the output.
    ArgumentError
        If groups do not divide the channels, or output_padding is too large.

    Examples
    --------
    >>> import numpy as np
    >>> conv_transpose(np.asarray([[[1.0, 2.0]]]), np.asarray([[[1.0, 10.0]]]), stride=2)
    array([[[ 1., 10.,  2., 20.]]])
    """
    return ops.conv_transpose(
        x,
        weight,
        bias,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        groups=groups,
        dilation=dilation,
    )


def conv_transpose1d(x: Any, weight: Any, bias: Any = None, *args: Any, **options: Any) -> Any:
    """Do the same along one axis: (N, C, L) -> (N, M, L'); see :func:`conv_transpose`."""
    _require_kernel("conv_transpose1d", weight, 1)
    return conv_transpose(x, weight, bias, *args, **options)


def conv_transpose2d(x: Any, weight: Any, bias: Any = None, *args: Any, **options: Any) -> Any:
    """Do the same on images: (N, C, H, W) -> (N, M, H', W'); see :func:`conv_transpose`."""
    _require_kernel("conv_transpose2d", weight, 2)
    return conv_transpose(x, weight, bias, *args, **options)


def conv_transpose3d(x: Any, weight: Any, bias: Any = None, *args: Any, **options: Any) -> Any:
    """Do the same on volumes: (N, C, D, H, W) -> (N, M, D', H', W'); see :func:`conv_transpose`."""
    _require_kernel("conv_transpose3d", weight, 3)
    return conv_transpose(x, weight, bias, *args, **options)


def _require_kernel(where: str, weight: Any, axes: int) -> None:
    if len(weight.shape) != axes + 2:
        raise ShapeError(
            f"{where}: weight must have {axes + 2} axes for images {image_shape(axes)}, got "
            f"{tuple(weight.shape)}; use the function for {len(weight.shape) - 2} spatial axes"
        )
