"""A recurrent model of characters: what comes next, by what is remembered."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import nn
from ..autograd import no_grad
from ..backend import asarray, device_of
from .language_model import LanguageModel, require_text

__all__ = ["CharacterLSTM"]


class CharacterLSTM(LanguageModel):
    """Embedding, long short-term memory and a dense layer: (N, T) integers -> (N, T, V) scores.

    Parameters
    ----------
    vocabulary : int
        V, the number of different characters.
    width : int
        D, the features of a character and the cells of a layer.
    layers : int

    Raises
    ------
    ArgumentError
        If a size makes no sense, or an index is outside the vocabulary.
    ShapeError
        If the input is not (N, T).

    References
    ----------
    A. Graves, "Generating sequences with recurrent neural networks", 2013, section 3.

    Examples
    --------
    >>> import xpnet as xn
    >>> model = xn.models.CharacterLSTM(27, width=16)
    >>> model(xn.asarray([[5, 1, 14, 0], [3, 3, 9, 9]])).shape
    (2, 4, 27)
    >>> model.generate([5, 1], 3, seed=0).shape
    (5,)
    """

    def __init__(self, vocabulary: int, width: int = 128, layers: int = 1) -> None:
        nn.init.require_sizes("CharacterLSTM", vocabulary=vocabulary, width=width, layers=layers)
        self.tokens = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, width, layers, batch_first=True)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, x: Any) -> Any:
        """Return the scores of what comes next: (N, T) integers -> (N, T, V)."""
        require_text("CharacterLSTM", x)
        return self.head(self.lstm(self.tokens(x))[0])

    def scores_of_next(self, sequence: list[int], state: Any) -> tuple[Any, Any]:
        """Read the last character, or in the beginning all of them, and remember."""
        new = sequence if state is None else sequence[-1:]
        with no_grad():
            x = asarray(np.asarray([new], np.int64), device=device_of(self.head.weight))
            y, state = self.lstm(self.tokens(x), state)
            return self.head(y[:, -1, :]).data[0, :], state
