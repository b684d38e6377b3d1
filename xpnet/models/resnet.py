"""ResNet: blocks of layers that compute what is added to their input."""

from __future__ import annotations

from typing import Any

from .. import nn
from ..backend import extra
from ..errors import choose
from .blocks import conv, conv_norm_relu
from .images import require_images

__all__ = ["ResNet"]


class ResNet(nn.Module):
    """The residual network of 6n + 2 layers for small images; n = 3 is ResNet-20.

    ====================================  ===================  ==========
    layers (n = 3, 3 channels)            output at 32x32      parameters
    ====================================  ===================  ==========
    conv 3x3, norm, relu                  (N, 16, 32, 32)             464
    n blocks of two conv 3x3, norm        (N, 16, 32, 32)          14,016
    n blocks, the first one halves        (N, 32, 16, 16)          51,072
    n blocks, the first one halves        (N, 64, 8, 8)           203,520
    mean over the image                   (N, 64)
    dense 64 -> 10                        (N, 10)                     650
    ====================================  ===================  ==========

    Together 269,722, the paper's 0.27 million; ``shortcut="conv"`` needs 2,752 more.

    Parameters
    ----------
    in_channels : int
        C, 3 for coloured images.
    classes : int
        K. The scores are not squashed: train it with the loss ``"cross_entropy"``.
    n : int
        Blocks of each of the three sizes: 3, 5, 7, 9, 18 give 20, 32, 44, 56, 110 layers.
    width : int
        Channels of the first size; they double twice.
    shortcut : {"pad", "conv"}
        What brings the input of a block to half its size and twice its channels: every second row
        and column, and channels of zeros (option A of the paper, without parameters); or a 1x1
        convolution and normalisation (option B).

    Raises
    ------
    ShapeError
        If the input is not (N, C, H, W). Any size will do.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", CVPR 2016,
    section 4.2 and table 6.

    Examples
    --------
    >>> import xpnet as xn
    >>> summary = xn.models.ResNet().summary((1, 3, 32, 32))
    >>> summary.output, summary.parameters
    ((1, 10), 269722)
    """

    def __init__(
        self,
        in_channels: int = 3,
        classes: int = 10,
        n: int = 3,
        width: int = 16,
        shortcut: str = "pad",
    ) -> None:
        nn.init.require_sizes("ResNet", n=n, width=width)
        choose("ResNet", "shortcut", shortcut, ("pad", "conv"))
        self.in_channels = in_channels
        self.stem = nn.Sequential(*conv_norm_relu(in_channels, width))
        blocks: list[nn.Module] = []
        channels = width
        for size in range(3):
            for i in range(n):
                stride = 2 if size and i == 0 else 1
                blocks += _block(channels, width << size, stride, shortcut)
                channels = width << size
        self.blocks = nn.Sequential(*blocks)
        self.classifier = nn.Sequential(nn.GlobalAvgPool2d(), nn.Linear(channels, classes))

    def forward(self, x: Any) -> Any:
        """Return the scores: (N, C, H, W) -> (N, K)."""
        require_images("ResNet", x, self.in_channels)
        return self.classifier(self.blocks(self.stem(x)))


class PadShortcut(nn.Module):
    """Every second row and column, and as many channels of zeros as there were channels.

    (N, C, H, W) -> (N, 2 C, ⌈H/2⌉, ⌈W/2⌉), half of the zeros on each side.
    """

    def forward(self, x: Any) -> Any:
        """Leave out pixels and add channels."""
        c = x.shape[1]
        return extra.pad(x[:, :, ::2, ::2], [(0, 0), (c // 2, c - c // 2), (0, 0), (0, 0)])


def _block(channels: int, width: int, stride: int, shortcut: str) -> list[nn.Module]:
    """Return figure 2 of the paper, and the rectifier after the addition."""
    path: nn.Module | None = None
    if stride == 2 and shortcut == "pad":
        path = PadShortcut()
    elif stride == 2:
        path = nn.Sequential(conv(channels, width, 1, stride), nn.BatchNorm2d(width))
    layers = [*conv_norm_relu(channels, width, stride), conv(width, width), nn.BatchNorm2d(width)]
    return [nn.Residual(*layers, shortcut=path), nn.ReLU()]
