"""The vision Transformer: an image as a sequence of patches."""

from __future__ import annotations

from typing import Any

from .. import nn
from ..backend import namespace
from ..errors import ArgumentError
from .images import require_images

__all__ = ["ViT"]


class ViT(nn.Module):
    """Images cut into patches, which attend to each other; their mean decides.

    ===============================================  ==============
    layers                                           output
    ===============================================  ==============
    dense C p² -> D of each patch p x p, positions   (N, T, D)
    attention of patches to patches, dense network,  (N, T, D)
    each with a norm first and a shortcut, so many
    times
    norm, mean over the patches                      (N, D)
    dense D -> K                                     (N, K)
    ===============================================  ==============

    T = (H / p)(W / p). The paper adds a class token, which this mean replaces; X. Zhai, A.
    Kolesnikov, N. Houlsby, L. Beyer, 2022, found both to be equally good.

    Parameters
    ----------
    size : int
        H = W of the images; the default fits the digits inside xpnet.
    patch : int
        p, which divides the size.
    in_channels : int
        C.
    classes : int
        K. The scores are not squashed: train it with the loss ``"cross_entropy"``.
    width : int
        D.
    layers : int
    heads : int
        Of each layer; they divide the width.
    dropout : float
        In training, of the sums that layers add and of the weights of attention.

    Raises
    ------
    ArgumentError
        If a size makes no sense.
    ShapeError
        If the input is not (N, C, H, W) of this size.

    References
    ----------
    A. Dosovitskiy et al., "An image is worth 16x16 words: Transformers for image recognition at
    scale", ICLR 2021.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.models.ViT().predict(xn.asarray([[[[0.0] * 8] * 8]])).shape
    (1, 10)
    """

    def __init__(
        self,
        size: int = 8,
        patch: int = 2,
        in_channels: int = 1,
        classes: int = 10,
        width: int = 64,
        layers: int = 3,
        heads: int = 4,
        dropout: float = 0.0,
    ) -> None:
        nn.init.require_sizes("ViT", size=size, patch=patch, in_channels=in_channels, layers=layers)
        if size % patch:
            raise ArgumentError(
                f"ViT: size must be divisible by patch, got {size} and {patch}; every patch is "
                "whole"
            )
        self.size, self.patch, self.in_channels = size, patch, in_channels
        self.embedding = nn.Linear(in_channels * patch**2, width)
        self.positions = nn.LearntPositions((size // patch) ** 2, width)
        nn.init.normal_(self.positions.weight, std=0.5)  # about as large as what is added to them
        blocks = [
            nn.TransformerEncoderLayer(
                width, heads, 4 * width, dropout, "gelu", batch_first=True, norm_first=True
            )
            for _ in range(layers)  # each with initial weights of its own
        ]
        self.encoder = nn.TransformerEncoder(blocks, norm=nn.LayerNorm(width))
        self.head = nn.Linear(width, classes)

    def patches(self, x: Any) -> Any:
        """Cut images into rows of patches: (N, C, H, W) -> (N, T, C p²)."""
        require_images("ViT", x, self.in_channels, (self.size,))
        xp = namespace(x)
        n, c, p, count = x.shape[0], self.in_channels, self.patch, self.size // self.patch
        x = xp.reshape(x, (n, c, count, p, count, p))
        x = xp.permute_dims(x, (0, 2, 4, 1, 3, 5))  # (N, H/p, W/p, C, p, p)
        return xp.reshape(x, (n, count**2, c * p**2))

    def forward(self, x: Any) -> Any:
        """Return the scores: (N, C, H, W) -> (N, K)."""
        x = self.encoder(self.positions(self.embedding(self.patches(x))))
        return self.head(namespace(x).mean(x, axis=1))

    def attention_maps(self, x: Any) -> list[Any]:
        """Return how much each patch looks at each other in every layer, each (N, H, T, T)."""
        x = self.positions(self.embedding(self.patches(x)))
        maps: list[Any] = []
        layer: Any
        for layer in self.encoder.layers:
            seen = layer.norm1(x)
            maps.append(layer.self_attn(seen, average_attn_weights=False)[1])
            x = layer(x)
        return maps
