"""Convolution layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from ..backend import DEFAULT_FLOAT, DeviceLike
from ..errors import ArgumentError
from ..ops.conv import conv
from ..ops.matching import require_groups
from ..windows import per_axis
from . import init
from .module import Module
from .parameter import Parameter

__all__ = ["Conv1d", "Conv2d", "Conv3d"]


class _Conv(Module):
    axes: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        where = type(self).__name__
        init.require_sizes(where, in_channels=in_channels, out_channels=out_channels)
        require_groups(where, groups, in_channels=in_channels, out_channels=out_channels)
        kernel = per_axis(where, "kernel_size", kernel_size, self.axes)
        self.stride = per_axis(where, "stride", stride, self.axes)
        self.dilation = per_axis(where, "dilation", dilation, self.axes)
        self.padding = self._padding(where, padding)
        self.groups = groups
        shape = (out_channels, in_channels // groups, *kernel)
        self.weight = Parameter(init.draw("default", shape, device=device, dtype=dtype))
        fan = math.prod(shape[1:])
        self.bias = (
            Parameter(init.draw("default", (out_channels,), fan=fan, device=device, dtype=dtype))
            if bias
            else None
        )

    def _padding(self, where: str, padding: Any) -> Any:
        if not isinstance(padding, str):
            return per_axis(where, "padding", padding, self.axes, least=0)
        if padding == "valid" or (padding == "same" and max(self.stride) == 1):
            return padding
        raise ArgumentError(
            f"{where}: padding must be numbers, 'valid', or 'same' with stride 1, got {padding!r} "
            f"with stride {self.stride}; write padding=kernel_size // 2"
        )

    def forward(self, x: Any) -> Any:
        """Slide the kernels over the image."""
        return conv(
            x,
            self.weight,
            self.bias,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
        )

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Two operations per weight of a kernel and output, one per bias and output."""
        outputs: int = math.prod(output.shape)
        per_output: int = 2 * math.prod(self.weight.shape[1:]) + (self.bias is not None)
        return outputs * per_output


class Conv2d(_Conv):
    """Convolution of images: (N, C, H, W) -> (N, M, H', W').

    H' = ⌊(H + 2 padding - dilation (kernel_size - 1) - 1) / stride⌋ + 1, and W' likewise.

    Parameters
    ----------
    in_channels : int
        C.
    out_channels : int
        M, the number of kernels.
    kernel_size : int or tuple of two
    stride : int or tuple of two
    padding : int, tuple of two, "same" or "valid"
        Zeros on both sides. ``"same"`` keeps the size of the image, for stride 1.
    dilation : int or tuple of two
        The distance between the elements of the kernel.
    groups : int
        Cuts the channels into groups that do not see each other; ``groups=in_channels`` is the
        depthwise convolution.
    bias : bool
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight : Parameter, (M, C/groups, kh, kw)
        Initially uniform in ±1/sqrt(C/groups·kh·kw) (PyTorch's default).
    bias : Parameter, (M,), or None

    Raises
    ------
    ShapeError
        If the input is not (N, C, H, W), or smaller than the kernel.
    ArgumentError
        If groups do not divide the channels, or an argument makes no sense.

    References
    ----------
    Y. LeCun, B. Boser, J. S. Denker et al., "Backpropagation applied to handwritten zip code
    recognition", Neural Computation 1, 1989.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> layer = xn.nn.Conv2d(1, 6, kernel_size=5, padding=2)
    >>> layer.predict(np.zeros((32, 1, 28, 28), dtype=np.float32)).shape
    (32, 6, 28, 28)
    """

    axes = 2


class Conv1d(_Conv):
    """Convolution of sequences: (N, C, L) -> (N, M, L'); see :class:`Conv2d`.

    Attributes
    ----------
    weight : Parameter, (M, C/groups, k)
    bias : Parameter, (M,), or None

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> layer = xn.nn.Conv1d(2, 4, kernel_size=3, padding="same")
    >>> layer.predict(np.zeros((8, 2, 100), dtype=np.float32)).shape
    (8, 4, 100)
    """

    axes = 1


class Conv3d(_Conv):
    """Convolution of volumes: (N, C, D, H, W) -> (N, M, D', H', W'); see :class:`Conv2d`.

    Attributes
    ----------
    weight : Parameter, (M, C/groups, kd, kh, kw)
    bias : Parameter, (M,), or None

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> layer = xn.nn.Conv3d(1, 2, kernel_size=3)
    >>> layer.predict(np.zeros((1, 1, 8, 8, 8), dtype=np.float32)).shape
    (1, 2, 6, 6, 6)
    """

    axes = 3
