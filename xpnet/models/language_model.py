"""What models of texts have in common: they write on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import nn
from ..backend import asarray, device_of, random, to_numpy
from ..errors import AnomalyError, ArgumentError, DTypeError, ShapeError
from ..typing import Array

__all__ = ["LanguageModel", "require_text"]


class LanguageModel(nn.Module):
    """A model that gives the scores of what comes next: (N, T) integers -> (N, T, V).

    Attributes
    ----------
    head : Linear
        The last layer, with an output for each character.
    length : int or None
        How many characters the model looks back; None: as far as it remembers.
    """

    head: nn.Linear
    length: int | None = None

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
            From 0 to V - 1, at least one; a Transformer looks at the last `length`.
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
            If an option makes no sense, or the start holds what is not in the vocabulary.
        ShapeError
            If the start is no sequence.
        DTypeError
            If the start does not hold integers.
        AnomalyError
            If a score is NaN or infinite (-inf is a number that is never drawn).

        Examples
        --------
        >>> import xpnet as xn
        >>> model = xn.models.CausalTransformer(5, length=8, width=8, layers=1, heads=2)
        >>> bool((model.generate([1, 2], 4, seed=1) == model.generate([1, 2], 4, seed=1)).all())
        True
        """
        home = device_of(start) if hasattr(start, "dtype") else device_of(self.head.weight)
        numbers = to_numpy(start) if hasattr(start, "dtype") else np.asarray(start)
        vocabulary = self.head.weight.shape[0]
        _require_start(numbers, vocabulary)
        _require_options(count, temperature, top_k, vocabulary)
        stream = random.stream(seed, "generate")
        sequence = [int(n) for n in numbers]
        state: Any = None
        for _ in range(count):
            scores, state = self.scores_of_next(sequence, state)
            sequence.append(_drawn(to_numpy(scores), temperature, top_k, stream))
        return asarray(np.asarray(sequence, np.int64), device=home)

    def scores_of_next(self, sequence: list[int], state: Any) -> tuple[Any, Any]:
        """Return the scores (V,) of what comes next, and what helps with the one after it.

        Here the last `length` are looked at anew, and there is no state; a model that reads step by
        step overrides this.
        """
        seen = sequence if self.length is None else sequence[-self.length :]
        x = np.asarray([seen], np.int64)
        return self.predict(asarray(x, device=device_of(self.head.weight)))[0, -1, :], None


def require_text(where: str, x: Any) -> None:
    """Raise a ShapeError unless `x` is (N, T)."""
    if len(x.shape) != 2:
        raise ShapeError(
            f"{where}: x must be (N, T), got {tuple(x.shape)}; a single sequence is x[None, :]"
        )


def _require_start(numbers: np.ndarray, vocabulary: int) -> None:
    if numbers.ndim != 1 or not numbers.size:
        raise ShapeError(
            f"generate: start must be (T,) with T >= 1, got {numbers.shape}; begin with one "
            "character, such as the end of a line"
        )
    if numbers.dtype.kind not in "iu":
        raise DTypeError(
            f"generate: start must hold integers, got {numbers.dtype}; they are the numbers of "
            "characters"
        )
    for n in (numbers.min(), numbers.max()):
        if not 0 <= n < vocabulary:
            raise ArgumentError(
                f"generate: start must be from 0 to {vocabulary - 1}, got {n}; the model knows "
                f"{vocabulary} characters"
            )


def _require_options(count: Any, temperature: Any, top_k: Any, vocabulary: int) -> None:
    if not _is_number(count, int, np.integer) or count < 0:
        raise ArgumentError(
            f"generate: count must be an integer >= 0, got {count!r}; it is how many to draw"
        )
    number = _is_number(temperature, int, float, np.integer, np.floating)
    if not number or not 0 <= temperature < math.inf:
        raise ArgumentError(
            f"generate: temperature must be >= 0, got {temperature!r}; 1 draws as learnt, 0 takes "
            "the likeliest"
        )
    if top_k is None:
        return
    if not _is_number(top_k, int, np.integer) or not 1 <= top_k <= vocabulary:
        raise ArgumentError(
            f"generate: top_k must be from 1 to {vocabulary} or None, got {top_k!r}; None draws "
            "among all"
        )


def _is_number(value: Any, *kinds: type) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _drawn(
    scores: np.ndarray, temperature: float, top_k: int | None, stream: np.random.Generator
) -> int:
    """Draw a number by its score; the smallest sum of probabilities that exceeds a draw."""
    scores = scores.astype(np.float64)
    if not math.isfinite(scores.max()):
        raise AnomalyError(
            f"generate: scores must be finite, got {scores.max()} as the largest; nothing can be "
            "drawn by them: look for the weight that is not finite, or train again with "
            "clip_norm=1.0"
        )
    if temperature == 0:
        return int(np.argmax(scores))
    if top_k is not None:
        least = np.sort(scores)[-top_k]
        scores = np.where(scores < least, -np.inf, scores)
    p = np.exp((scores - scores.max()) / temperature)
    sums = np.cumsum(p)
    return int(np.searchsorted(sums, stream.random() * sums[-1], side="right"))
