"""Two classes with a hyperplane between them, and room on both sides."""

from __future__ import annotations

import numpy as np

from ..backend import random
from ..errors import ArgumentError
from .dataset import ArrayDataset
from .toy import require

__all__ = ["linearly_separable"]


def linearly_separable(
    n: int = 100, features: int = 2, margin: float = 0.2, signed: bool = False, seed: int = 0
) -> tuple[ArrayDataset, tuple[np.ndarray, float]]:
    """Return points of two classes and a hyperplane that keeps `margin` from all of them.

    With the margin γ and the largest norm R of the (x, 1), the perceptron rule is done after at
    most (R / γ)² (1 + b²) corrections: A. B. J. Novikoff, On Convergence Proofs on Perceptrons,
    1962, for the unit vector along (w, b).

    Parameters
    ----------
    n : int, default 100
    features : int, default 2
    margin : float, default 0.2
        The least distance of a point from the hyperplane, positive. It holds for the float32
        points as returned.
    signed : bool, default False
        Classes -1 and 1 instead of 0 and 1.
    seed : int, default 0

    Returns
    -------
    dataset : ArrayDataset
        Points (n, features), float32; classes (n,), int64, half of each.
    hyperplane : tuple of array and float
        ``(w, b)`` with ``w`` of shape (features,), float32, and length 1: ``x @ w + b`` is at least
        `margin` for class 1 and at most ``-margin`` for the other.

    Examples
    --------
    >>> dataset, (w, b) = linearly_separable(50, margin=0.5)
    >>> x, y = dataset.arrays
    >>> bool((((x @ w + b) > 0) == (y == 1)).all())
    True
    """
    require("linearly_separable", "n", n, 2)
    require("linearly_separable", "features", features, 1)
    if not margin > 0:
        raise ArgumentError(
            f"linearly_separable: margin must be > 0, got {margin!r}; a usual value is 0.2"
        )
    rng = random.stream(seed, "linearly_separable")
    w = rng.standard_normal(features)
    w = (w / np.linalg.norm(w)).astype(np.float32)
    b = float(np.float32(rng.uniform(-0.5, 0.5)))
    sign = rng.permutation(2 * (np.arange(n) % 2) - 1)
    x = rng.standard_normal((n, features))
    # rounding to float32 moves points, and w from length 1, by less than this
    slack = 1e-6 * (1 + margin + np.abs(x).sum(axis=1).max())
    distance = margin + slack + np.abs(rng.standard_normal(n))
    unit = w / np.linalg.norm(w.astype(np.float64))
    x += np.outer(sign * distance - b - x @ unit, unit)
    y = sign if signed else (sign + 1) // 2
    name = "linearly separable"
    dataset = ArrayDataset(x.astype(np.float32), y.astype(np.int64), name=name)
    return dataset, (w, b)
