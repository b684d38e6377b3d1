"""VGG: blocks of small convolutions, each followed by pooling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import nn
from ..errors import ShapeError
from .blocks import conv_norm_relu, require_widths
from .images import require_images

__all__ = ["VGG"]


class VGG(nn.Module):
    """A small network after VGG: blocks of 3x3 convolutions, each ending in a 2x2 maximum.

    Two convolutions of 3x3 see as much as one of 5x5, with fewer weights and one rectifier more;
    from block to block images become smaller and channels more.

    ====================================  ===================  ==========
    layers (defaults, 1 channel)          output at 32x32      parameters
    ====================================  ===================  ==========
    2 x (conv 3x3, norm, relu), maximum   (N, 32, 16, 16)           9,632
    2 x (conv 3x3, norm, relu), maximum   (N, 64, 8, 8)            55,552
    2 x (conv 3x3, norm, relu), maximum   (N, 128, 4, 4)          221,696
    mean over the image                   (N, 128)
    dense 128 -> 128, relu, dropout       (N, 128)                 16,512
    dense 128 -> 10                       (N, 10)                   1,290
    ====================================  ===================  ==========

    Unlike the original it normalises batches, which lets deep networks start, and takes the mean
    over what is left of the image, so that images may have any size from 2ᵇ pixels on (b blocks).

    Parameters
    ----------
    in_channels : int
        C, 1 for grey images.
    classes : int
        K. The scores are not squashed: train it with the loss ``"cross_entropy"``.
    widths : sequence of int
        The number of channels in each block.
    depth : int
        Convolutions in each block.
    hidden : int
        Units of the dense layer.
    dropout : float
        The share of these that is switched off in each training step.

    Raises
    ------
    ShapeError
        If the input is not (N, C, H, W), or smaller than 2ᵇ x 2ᵇ.

    References
    ----------
    K. Simonyan, A. Zisserman, "Very deep convolutional networks for large-scale image
    recognition", ICLR 2015.

    Examples
    --------
    >>> import xpnet as xn
    >>> summary = xn.models.VGG().summary((1, 1, 28, 28))
    >>> summary.output, summary.parameters
    ((1, 10), 304682)
    """

    def __init__(
        self,
        in_channels: int = 1,
        classes: int = 10,
        widths: Sequence[int] = (32, 64, 128),
        depth: int = 2,
        hidden: int = 128,
        dropout: float = 0.5,
    ) -> None:
        nn.init.require_sizes("VGG", depth=depth)
        self.in_channels = in_channels
        layers: list[nn.Module] = []
        channels = in_channels
        for width in require_widths("VGG", widths):
            for _ in range(depth):
                layers += conv_norm_relu(channels, width)
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.least = 2 ** len(widths)
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.GlobalAvgPool2d(),
            nn.Linear(channels, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, classes),
        )

    def forward(self, x: Any) -> Any:
        """Return the scores: (N, C, H, W) -> (N, K)."""
        require_images("VGG", x, self.in_channels)
        if min(x.shape[2:]) < self.least:
            raise ShapeError(
                f"VGG: images must have at least {self.least} x {self.least} pixels, because each "
                f"block halves them, got {x.shape[2]} x {x.shape[3]}; pass fewer widths"
            )
        return self.classifier(self.features(x))
