"""Curves with noise: the smallest regression problems."""

from __future__ import annotations

import math

import numpy as np

from ..backend import random
from .dataset import ArrayDataset
from .toy import require

__all__ = ["line", "sine"]


def line(
    n: int = 100,
    slope: float = 2.0,
    intercept: float = -1.0,
    noise: float = 0.1,
    seed: int = 0,
) -> ArrayDataset:
    """Return points of a straight line: x uniform in [-1, 1], y = slope x + intercept + noise.

    Parameters
    ----------
    n : int, default 100
    slope, intercept : float, default 2.0, -1.0
    noise : float, default 0.1
        Standard deviation of the normal noise added to y.
    seed : int, default 0

    Returns
    -------
    ArrayDataset
        x (n, 1) and y (n, 1), float32.

    Examples
    --------
    >>> x, y = line(5, noise=0.0).arrays
    >>> float(abs(y - (2 * x - 1)).max()) < 1e-6
    True
    """
    require("line", "n", n, 1)
    rng = random.stream(seed, "line")
    x = rng.uniform(-1, 1, size=(n, 1))
    y = slope * x + intercept + noise * rng.standard_normal((n, 1))
    return ArrayDataset(x.astype(np.float32), y.astype(np.float32), name="line")


def sine(n: int = 200, periods: float = 1.0, noise: float = 0.1, seed: int = 0) -> ArrayDataset:
    """Return points of a sine curve: x uniform in [-1, 1], y = sin(π periods x) + noise.

    Parameters
    ----------
    n : int, default 200
    periods : float, default 1.0
        Number of periods in the interval; more is harder.
    noise : float, default 0.1
        Standard deviation of the normal noise added to y.
    seed : int, default 0

    Returns
    -------
    ArrayDataset
        x (n, 1) and y (n, 1), float32.

    Examples
    --------
    >>> sine()
    ArrayDataset('sine', 200 samples: (1,) float32, (1,) float32)
    """
    require("sine", "n", n, 1)
    rng = random.stream(seed, "sine")
    x = rng.uniform(-1, 1, size=(n, 1))
    y = np.sin(math.pi * periods * x) + noise * rng.standard_normal((n, 1))
    return ArrayDataset(x.astype(np.float32), y.astype(np.float32), name="sine")
