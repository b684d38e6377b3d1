"""U-Net: the class of every pixel, from what is seen at several sizes."""

from __future__ import annotations

from typing import Any

from .. import nn
from ..backend import namespace
from ..errors import choose
from .blocks import conv_norm_relu
from .images import require_images, require_multiple

__all__ = ["UNet"]


class UNet(nn.Module):
    """A small U-Net for segmentation: scores of the classes for each pixel.

    On the way down, blocks of two 3x3 convolutions are followed by a 2x2 maximum: images become
    smaller, channels more, and each pixel sees more of its surroundings. On the way up, images
    become larger again, and at each size what the way down had there is put beside it, because it
    knows where exactly things are. In contrast to the original, convolutions pad, so that the
    output is as large as the input, and batches are normalised.

    ====================================  ===================  ==========
    layers (defaults)                     output at 32x32      parameters
    ====================================  ===================  ==========
    block down                            (N, 16, 32, 32)           2,800
    maximum, block down                   (N, 32, 16, 16)          13,952
    maximum, block at the bottom          (N, 64, 8, 8)            55,552
    enlarged, beside down, block up       (N, 32, 16, 16)          36,000
    enlarged, beside down, block up       (N, 16, 32, 32)           9,040
    conv 1x1                              (N, 4, 32, 32)               68
    ====================================  ===================  ==========

    Parameters
    ----------
    in_channels : int
        C, 3 for coloured images.
    classes : int
        K, with the background. Train it with the loss ``"cross_entropy"`` and labels (N, H, W).
    depth : int
        How often images are halved.
    width : int
        Channels at the full size; they double with each halving.
    upsample : {"transposed", "nearest", "bilinear"}
        How images become larger: by a transposed convolution 2x2 with stride 2 that halves the
        channels, as in the paper; or by copies or interpolation and a 3x3 convolution that does.

    Raises
    ------
    ShapeError
        If the input is not (N, C, H, W), or H or W no multiple of 2 to the power `depth`.

    References
    ----------
    O. Ronneberger, P. Fischer, T. Brox, "U-Net: convolutional networks for biomedical image
    segmentation", MICCAI 2015, figure 1.

    Examples
    --------
    >>> import xpnet as xn
    >>> summary = xn.models.UNet().summary((1, 3, 32, 32))
    >>> summary.output, summary.parameters
    ((1, 4, 32, 32), 117412)
    """

    def __init__(
        self,
        in_channels: int = 3,
        classes: int = 4,
        depth: int = 2,
        width: int = 16,
        upsample: str = "transposed",
    ) -> None:
        nn.init.require_sizes("UNet", depth=depth, width=width)
        choose("UNet", "upsample", upsample, ("transposed", "nearest", "bilinear"))
        self.in_channels = in_channels
        self.factor = 2**depth
        sizes = [width << i for i in range(depth)]
        self.down = nn.ModuleList(
            _block(before, after)
            for before, after in zip([in_channels, *sizes[:-1]], sizes, strict=True)
        )
        self.pool = nn.MaxPool2d(2)
        self.bottom = _block(sizes[-1], 2 * sizes[-1])
        self.enlarge = nn.ModuleList(_enlarging(2 * size, upsample) for size in reversed(sizes))
        self.up = nn.ModuleList(_block(2 * size, size) for size in reversed(sizes))
        self.classifier = nn.Conv2d(width, classes, kernel_size=1)

    def forward(self, x: Any) -> Any:
        """Return the scores of the classes: (N, C, H, W) -> (N, K, H, W)."""
        require_images("UNet", x, self.in_channels)
        require_multiple("UNet", x, self.factor, "pad the images, or pass a smaller depth")
        seen = []
        for block in self.down:
            x = block(x)  # (N, width 2^i, H / 2^i, W / 2^i)
            seen.append(x)
            x = self.pool(x)
        x = self.bottom(x)
        for enlarge, block in zip(self.enlarge, self.up, strict=True):
            x = enlarge(x)
            beside = seen.pop()
            x = block(namespace(beside, x).concat([beside, x], axis=1))
        return self.classifier(x)


def _block(in_channels: int, out_channels: int) -> nn.Module:
    return nn.Sequential(
        *conv_norm_relu(in_channels, out_channels), *conv_norm_relu(out_channels, out_channels)
    )


def _enlarging(channels: int, upsample: str) -> nn.Module:
    """Return what doubles the size and halves the channels."""
    if upsample == "transposed":
        return nn.ConvTranspose2d(channels, channels // 2, kernel_size=2, stride=2)
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode=upsample),
        nn.Conv2d(channels, channels // 2, kernel_size=3, padding=1),
    )
