"""What convolutional models are made of: convolution, batch normalisation, rectifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import nn
from ..errors import ArgumentError
from ..nn import init

__all__ = ["conv", "conv_norm_relu", "require_widths"]


def conv(in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1) -> nn.Conv2d:
    """Return a convolution that keeps the size of images, or divides it by the stride.

    It has no bias, because the normalisation that follows has one, and He's initial weights,
    because rectifiers follow.

    Examples
    --------
    >>> conv(3, 8, stride=2).summary((1, 3, 32, 32)).output
    (1, 8, 16, 16)
    """
    layer = nn.Conv2d(
        in_channels, out_channels, kernel_size, stride=stride, padding=kernel_size // 2, bias=False
    )
    init.he_normal_(layer.weight)
    return layer


def conv_norm_relu(in_channels: int, out_channels: int, stride: int = 1) -> list[nn.Module]:
    """Return the three layers that such models repeat.

    S. Ioffe, C. Szegedy, 2015, *Batch normalization*, section 3.2.

    Examples
    --------
    >>> [type(layer).__name__ for layer in conv_norm_relu(3, 8)]
    ['Conv2d', 'BatchNorm2d', 'ReLU']
    """
    return [conv(in_channels, out_channels, 3, stride), nn.BatchNorm2d(out_channels), nn.ReLU()]


def require_widths(where: str, widths: Any) -> Sequence[int]:
    """Raise an ArgumentError unless `widths` are numbers of channels; return them.

    Examples
    --------
    >>> require_widths("VGG", 64)
    Traceback (most recent call last):
    xpnet.errors.ArgumentError: VGG: widths must be numbers of channels, got 64; write (64,) for \
one block
    """
    if not isinstance(widths, tuple | list) or not widths:
        shown = widths if isinstance(widths, int) else 64
        raise ArgumentError(
            f"{where}: widths must be numbers of channels, got {widths!r}; "
            f"write ({shown},) for one block"
        )
    nn.init.require_sizes(where, **{f"widths[{i}]": width for i, width in enumerate(widths)})
    return list(widths)
