"""What a rule of learning returns: the model and how it came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...backend import namespace, to_numpy
from ...typing import Array
from .unit import Perceptron

__all__ = ["History", "Learnt", "learnt"]


class History(NamedTuple):
    """The weights at the start and after each correction."""

    w: Array
    """(updates + 1, D)"""
    b: Array
    """(updates + 1,)"""


@dataclass(frozen=True, eq=False)
class Learnt:
    """A perceptron and how it came about.

    Attributes
    ----------
    model : Perceptron
        With the final weights, of the library, device and dtype of the samples.
    converged : bool
        Whether it classifies all samples rightly; if not, the updates allowed were used up.
    errors : array, (updates + 1,), NumPy
        How many samples were misclassified before each correction, and at the end.
    taken : array, (updates,), NumPy
        The sample of each correction.
    history : History or None
        ``w`` (updates + 1, D) and ``b`` (updates + 1,), if it was asked for.
    alpha : array, (N,), or None
        How often each sample was taken, of :func:`learn_dual`.
    """

    model: Perceptron
    converged: bool
    errors: np.ndarray
    taken: np.ndarray
    history: History | None = None
    alpha: Array | None = None

    @property
    def updates(self) -> int:
        """The number of corrections."""
        return len(self.taken)

    @property
    def w(self) -> Array:
        """The weights of the model, (D,)."""
        w: Array = self.model.linear.weight.data[0, :]
        return w

    @property
    def b(self) -> float:
        """The bias of the model."""
        return float(to_numpy(self.model.linear.bias).item())


def learnt(
    v: Array,
    errors: Sequence[int],
    taken: Sequence[int],
    *,
    converged: bool,
    path: Sequence[Array] = (),
    alpha: Array | None = None,
) -> Learnt:
    """Return the result for the weights v = (w, b) and, if wanted, the path that led there."""
    xp = namespace(v)
    features = v.shape[0] - 1
    stacked = xp.stack(list(path)) if path else None  # (updates + 1, D + 1)
    return Learnt(
        Perceptron.from_weights(v[:features], v[features]),
        converged,
        np.asarray(errors, dtype=np.int64),
        np.asarray(taken, dtype=np.int64),
        None if stacked is None else History(stacked[:, :features], stacked[:, features]),
        alpha,
    )
