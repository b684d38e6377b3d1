"""Characters as numbers, and windows of a text with what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...errors import DataError
from ..dataset import ArrayDataset

__all__ = ["Characters", "next_characters"]


class Characters:
    """The different characters of a text, in order, each with a number.

    Parameters
    ----------
    text : str

    Raises
    ------
    DataError
        If there are no characters, or a character to encode is not among them.

    Examples
    --------
    >>> letters = Characters("banana")
    >>> letters.text, len(letters)
    ('abn', 3)
    >>> letters.encode("nab")
    array([2, 0, 1])
    >>> letters.decode([1, 0, 2])
    'ban'
    """

    def __init__(self, text: str) -> None:
        if not isinstance(text, str) or not text:
            raise DataError(
                f"Characters: text must be a string with characters in it, got {text!r}; read a "
                "file with Path.read_text"
            )
        self.text = "".join(sorted(set(text)))
        self._numbers = {character: i for i, character in enumerate(self.text)}

    def __len__(self) -> int:
        """Return how many different characters there are."""
        return len(self.text)

    def __repr__(self) -> str:
        return f"Characters({self.text!r})"

    def encode(self, text: str) -> np.ndarray:
        """Return the numbers of the characters of a text: (T,) int64."""
        try:
            return np.asarray([self._numbers[character] for character in text], np.int64)
        except KeyError as error:
            raise DataError(
                f"Characters: text must consist of {self.text!r}, got {error.args[0]!r}; make the "
                "numbers from a text that has all characters"
            ) from None

    def decode(self, numbers: Iterable[Any]) -> str:
        """Return the text of numbers."""
        return "".join(self.text[int(number)] for number in numbers)


def next_characters(numbers: Any, length: int, step: int | None = None) -> ArrayDataset:
    """Cut a text into windows, each with the same window one character later as its target.

    Parameters
    ----------
    numbers : (n,) integer array
        As :meth:`Characters.encode` returns them.
    length : int
        T.
    step : int, optional
        How far apart windows begin; default: `length`, without overlap.

    Returns
    -------
    ArrayDataset
        Characters (N, T) and those that come next (N, T).

    Raises
    ------
    DataError
        If the text is not longer than a window, or a number is not positive.

    Examples
    --------
    >>> x, y = next_characters(np.arange(8), length=3).arrays
    >>> x
    array([[0, 1, 2],
           [3, 4, 5]])
    >>> y
    array([[1, 2, 3],
           [4, 5, 6]])
    """
    numbers = np.asarray(numbers)
    step = length if step is None else step
    if min(length, step) < 1:
        raise DataError(
            f"next_characters: length and step must be at least 1, got {length} and {step}; a "
            "usual length is 64 to 512"
        )
    if numbers.ndim != 1 or len(numbers) <= length:
        raise DataError(
            f"next_characters: numbers must be one sequence longer than length={length}, got shape "
            f"{numbers.shape}; take shorter windows or a longer text"
        )
    windows = np.lib.stride_tricks.sliding_window_view(numbers, length + 1)[::step]
    return ArrayDataset(windows[:, :-1].copy(), windows[:, 1:].copy(), name="next characters")
