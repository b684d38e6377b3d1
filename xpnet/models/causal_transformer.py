"""The causal Transformer: what comes next, character by character."""

from __future__ import annotations

from typing import Any

from .. import nn
from .language_model import LanguageModel, require_text

__all__ = ["CausalTransformer"]


class CausalTransformer(LanguageModel):
    """A language model of the GPT kind: the scores of what comes next, at every position.

    ================================================  =============
    layers                                            output
    ================================================  =============
    embedding of characters, learnt positions         (N, T, D)
    attention to what came before, dense network,     (N, T, D)
    each with a norm first and a shortcut, so many
    times
    norm, dense D -> V                                (N, T, V)
    ================================================  =============

    Parameters
    ----------
    vocabulary : int
        V, the number of different characters (or words).
    length : int
        The most positions it looks at.
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
        If a size makes no sense, or an index is outside the vocabulary.
    ShapeError
        If the input is not (N, T), or T is larger than `length`.

    References
    ----------
    A. Radford, K. Narasimhan, T. Salimans, I. Sutskever, "Improving language understanding by
    generative pre-training", 2018; norms first as in A. Radford et al., "Language models are
    unsupervised multitask learners", 2019.

    Examples
    --------
    >>> import xpnet as xn
    >>> model = xn.models.CausalTransformer(27, length=16, width=32, layers=2)
    >>> model(xn.asarray([[5, 1, 14, 0], [3, 3, 9, 9]])).shape
    (2, 4, 27)
    >>> model.generate([5, 1], 3, seed=0).shape
    (5,)
    """

    def __init__(
        self,
        vocabulary: int,
        length: int = 128,
        width: int = 128,
        layers: int = 4,
        heads: int = 4,
        dropout: float = 0.0,
    ) -> None:
        nn.init.require_sizes("CausalTransformer", vocabulary=vocabulary, layers=layers)
        self.length = length
        self.tokens = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.tokens.weight, std=0.02)
        self.positions = nn.LearntPositions(length, width)
        blocks = [
            nn.TransformerEncoderLayer(
                width, heads, 4 * width, dropout, "gelu", batch_first=True, norm_first=True
            )
            for _ in range(layers)  # each with initial weights of its own
        ]
        self.encoder = nn.TransformerEncoder(blocks, norm=nn.LayerNorm(width))
        self.head = nn.Linear(width, vocabulary)

    def forward(self, x: Any) -> Any:
        """Return the scores of what comes next: (N, T) integers -> (N, T, V)."""
        require_text("CausalTransformer", x)
        return self.head(self.encoder(self.positions(self.tokens(x)), is_causal=True))

    def attention_maps(self, x: Any) -> list[Any]:
        """Return how much each position looks at each other in every layer, each (N, H, T, T)."""
        require_text("CausalTransformer", x)
        x = self.positions(self.tokens(x))
        maps: list[Any] = []
        layer: Any
        for layer in self.encoder.layers:
            seen = layer.norm1(x)
            maps.append(layer.self_attn(seen, average_attn_weights=False, is_causal=True)[1])
            x = layer(x, is_causal=True)
        return maps
