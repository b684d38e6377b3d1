"""The causal Transformer: what comes next, character by character."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import nn
from ..backend import asarray, device_of, random, to_numpy
from ..errors import ArgumentError, ShapeError
from ..typing import Array

__all__ = ["CausalTransformer"]


class CausalTransformer(nn.Module):
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
        layer = nn.TransformerEncoderLayer(
            width, heads, 4 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width))
        self.head = nn.Linear(width, vocabulary)

    def forward(self, x: Any) -> Any:
        """Return the scores of what comes next: (N, T) integers -> (N, T, V)."""
        if len(x.shape) != 2:
            raise ShapeError(
                f"CausalTransformer: x must be (N, T), got {tuple(x.shape)}; a single sequence is "
                "x[None, :]"
            )
        return self.head(self.encoder(self.positions(self.tokens(x)), is_causal=True))

    def attention_maps(self, x: Any) -> list[Any]:
        """Return how much each position looks at each other in every layer, each (N, H, T, T)."""
        x = self.positions(self.tokens(x))
        maps: list[Any] = []
        layer: Any
        for layer in self.encoder.layers:
            seen = layer.norm1(x)
            maps.append(layer.self_attn(seen, average_attn_weights=False, is_causal=True)[1])
            x = layer(x, is_causal=True)
        return maps

    def generate(
        self,
        start: Any,
        count: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        seed: int = 0,
    ) -> Array:
        """Continue a sequence by drawing what comes next, again and again.

        Parameters
        ----------
        start : (T,) integer array or list
            Of which the last `length` are looked at. At least one.
        count : int
            How many to draw.
        temperature : float
            The scores are divided by it: below 1 likely ones become likelier, 0 takes the
            likeliest.
        top_k : int, optional
            Draw among the k likeliest only.
        seed : int
            The same seed draws the same numbers on every library and device.

        Returns
        -------
        (T + count,) array
            The start and what was drawn, where the start was.

        Raises
        ------
        ArgumentError
            If an option makes no sense.
        ShapeError
            If the start is no sequence.

        Examples
        --------
        >>> import xpnet as xn
        >>> model = xn.models.CausalTransformer(5, length=8, width=8, layers=1, heads=2)
        >>> bool((model.generate([1, 2], 4, seed=1) == model.generate([1, 2], 4, seed=1)).all())
        True
        """
        home = device_of(start) if hasattr(start, "dtype") else device_of(self.head.weight)
        numbers = to_numpy(start) if hasattr(start, "dtype") else np.asarray(start)
        if numbers.ndim != 1 or not numbers.size:
            raise ShapeError(
                f"generate: start must be (T,) with T >= 1, got {numbers.shape}; begin with one "
                "character, such as the end of a line"
            )
        vocabulary = self.tokens.weight.shape[0]
        _require_options(count, temperature, top_k, vocabulary)
        stream = random.stream(seed, "generate")
        sequence = [int(n) for n in numbers]
        for _ in range(count):
            x = np.asarray([sequence[-self.length :]], np.int64)
            scores = to_numpy(self.predict(asarray(x, device=device_of(self.head.weight))))
            sequence.append(_drawn(scores[0, -1], temperature, top_k, stream))
        return asarray(np.asarray(sequence, np.int64), device=home)


def _require_options(count: Any, temperature: Any, top_k: Any, vocabulary: int) -> None:
    if not isinstance(count, int) or count < 0:
        raise ArgumentError(
            f"generate: count must be an integer >= 0, got {count!r}; it is how many to draw"
        )
    if not temperature >= 0:
        raise ArgumentError(
            f"generate: temperature must be >= 0, got {temperature!r}; 1 draws as learnt, 0 takes "
            "the likeliest"
        )
    if top_k is not None and not 1 <= top_k <= vocabulary:
        raise ArgumentError(
            f"generate: top_k must be from 1 to {vocabulary} or None, got {top_k!r}; None draws "
            "among all"
        )


def _drawn(
    scores: np.ndarray, temperature: float, top_k: int | None, stream: np.random.Generator
) -> int:
    """Draw a number by its score; the smallest sum of probabilities that exceeds a draw."""
    scores = scores.astype(np.float64)
    if temperature == 0:
        return int(np.argmax(scores))
    if top_k is not None:
        least = np.sort(scores)[-top_k]
        scores = np.where(scores < least, -np.inf, scores)
    p = np.exp((scores - scores.max()) / temperature)
    sums = np.cumsum(p)
    return int(np.searchsorted(sums, stream.random() * sums[-1], side="right"))
