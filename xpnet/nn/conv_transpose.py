"""Transposed convolution layers: from small images to large ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from ..backend import DEFAULT_FLOAT, DeviceLike
from ..ops.conv_transpose import conv_transpose
from ..ops.matching import require_groups
from ..windows import per_axis
from . import init
from .module import Module
from .parameter import Parameter

__all__ = ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]


class _ConvTranspose(Module):
    axes: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        where = type(self).__name__
        init.require_sizes(where, in_channels=in_channels, out_channels=out_channels)
        require_groups(where, groups, in_channels=in_channels, out_channels=out_channels)
        kernel = per_axis(where, "kernel_size", kernel_size, self.axes)
        self.stride = per_axis(where, "stride", stride, self.axes)
        self.padding = per_axis(where, "padding", padding, self.axes, least=0)
        self.output_padding = per_axis(where, "output_padding", output_padding, self.axes, least=0)
        self.dilation = per_axis(where, "dilation", dilation, self.axes)
        self.groups = groups
        shape = (in_channels, out_channels // groups, *kernel)
        self.weight = Parameter(init.draw("default", shape, device=device, dtype=dtype))
        fan = math.prod(shape[1:])
        self.bias = (
            Parameter(init.draw("default", (out_channels,), fan=fan, device=device, dtype=dtype))
            if bias
            else None
        )

    def forward(self, x: Any) -> Any:
        """Spread each element of the input with the kernels."""
        return conv_transpose(
            x,
            self.weight,
            self.bias,
            stride=self.stride,
            padding=self.padding,
            output_padding=self.output_padding,
            groups=self.groups,
            dilation=self.dilation,
        )

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Two operations per weight of a kernel and input, one per bias and output."""
        spread: int = 2 * math.prod(inputs[0].shape) * math.prod(self.weight.shape[1:])
        return spread + (math.prod(output.shape) if self.bias is not None else 0)


class ConvTranspose2d(_ConvTranspose):
    """Transposed convolution of images: (N, C, H, W) -> (N, M, H', W').

    H' = stride (H - 1) - 2 padding + dilation (kernel_size - 1) + output_padding + 1, and W'
    likewise: the size of the image that a convolution with these options maps to H x W.

    Parameters
    ----------
    in_channels : int
        C.
    out_channels : int
        M.
    kernel_size : int or tuple of two
    stride : int or tuple of two
        How many times larger the image becomes.
    padding : int or tuple of two
        How much is cut off on both sides.
    output_padding : int or tuple of two
        How much is added at the end; less than `stride` or `dilation`.
    groups : int
        Cuts the channels into groups that do not see each other.
    bias : bool
    dilation : int or tuple of two
    device : str or Device, optional
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight : Parameter, (C, M/groups, kh, kw)
        Initially uniform in ±1/sqrt(M/groups·kh·kw) (PyTorch's default).
    bias : Parameter, (M,), or None

    Raises
    ------
    ShapeError
        If the input is not (N, C, H, W), or nothing would be left of the output.
    ArgumentError
        If groups do not divide the channels, or an argument makes no sense.

    References
    ----------
    M. D. Zeiler, D. Krishnan, G. W. Taylor, R. Fergus, "Deconvolutional networks", CVPR 2010.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> layer = xn.nn.ConvTranspose2d(8, 4, kernel_size=2, stride=2)
    >>> layer.predict(np.zeros((1, 8, 7, 7), dtype=np.float32)).shape
    (1, 4, 14, 14)
    """

    axes = 2


class ConvTranspose1d(_ConvTranspose):
    """Transposed convolution of sequences: (N, C, L) -> (N, M, L'); see :class:`ConvTranspose2d`.

    Attributes
    ----------
    weight : Parameter, (C, M/groups, k)
    bias : Parameter, (M,), or None

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> layer = xn.nn.ConvTranspose1d(2, 1, kernel_size=4, stride=2, padding=1)
    >>> layer.predict(np.zeros((1, 2, 10), dtype=np.float32)).shape
    (1, 1, 20)
    """

    axes = 1


class ConvTranspose3d(_ConvTranspose):
    """Transposed convolution of volumes: (N, C, D, H, W) -> (N, M, D', H', W').

    See :class:`ConvTranspose2d`.

    Attributes
    ----------
    weight : Parameter, (C, M/groups, kd, kh, kw)
    bias : Parameter, (M,), or None
    """

    axes = 3
