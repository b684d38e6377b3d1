"""What a solver of the linear support vector machine finds."""

from __future__ import annotations

from typing import NamedTuple

from ...typing import Array

__all__ = ["Hyperplane"]


class Hyperplane(NamedTuple):
    """The hyperplane w · x + b = 0.

    Attributes
    ----------
    w : (D,) array
    b : () array
    alpha : (N,) array
        How much each sample pulls: w = Σ α_i y_i x_i. It is (nearly) zero for those that are no
        support vectors.
    iterations : int
    converged : bool
    """

    w: Array
    b: Array
    alpha: Array
    iterations: int
    converged: bool
