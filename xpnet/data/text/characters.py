"""Characters as numbers, and windows of a text with what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...backend import is_array, to_numpy, unwrap
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
        If there are no characters, a character to encode is not among them, or a number to decode
        is none of theirs.

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
        """Return the text of numbers, which are integers from 0 to ``len(self) - 1``."""
        found = _integers("Characters.decode", numbers)
        if found.ndim != 1:
            raise DataError(
                f"Characters.decode: numbers must be one sequence (T,), got shape {found.shape}; "
                "decode one row at a time"
            )
        wrong = found[(found < 0) | (found >= len(self))]
        if len(wrong):
            raise DataError(
                f"Characters.decode: numbers must be from 0 to {len(self) - 1}, one for each "
                f"character, got {wrong[0]}; take the characters the model was trained with"
            )
        return "".join(self.text[number] for number in found)


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
        If the text is not longer than a window, `length` or `step` is no positive integer, or the
        numbers are no integers.

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
    numbers = _integers("next_characters", numbers)
    step = length if step is None else step
    whole = all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in (length, step))
    if not whole or min(length, step) < 1:
        raise DataError(
            f"next_characters: length and step must be integers of at least 1, got {length!r} and "
            f"{step!r}; a usual length is 64 to 512"
        )
    if numbers.ndim != 1 or len(numbers) <= length:
        raise DataError(
            f"next_characters: numbers must be one sequence longer than length={length}, got shape "
            f"{numbers.shape}; take shorter windows or a longer text"
        )
    windows = np.lib.stride_tricks.sliding_window_view(numbers, length + 1)[::step]
    return ArrayDataset(windows[:, :-1].copy(), windows[:, 1:].copy(), name="next characters")


def _integers(where: str, numbers: Any) -> np.ndarray:
    """Return numbers of any library, a list or an iterable as an array of integers."""
    bare = unwrap(numbers)
    try:
        if not is_array(bare):
            array = np.asarray(list(bare))
            array = array if array.size else array.astype(np.int64)
        else:
            array = to_numpy(bare)
    except (TypeError, ValueError):  # a number, or a list of lists and numbers
        array = np.asarray(None)
    if array.dtype.kind not in "iu":
        raise DataError(
            f"{where}: numbers must be a sequence of integers, got a {type(numbers).__name__} of "
            "something else; make them with Characters.encode"
        )
    return array
