"""Clouds of points in the plane, to see a classifier at work.

Every function draws from a stream of its own, given by its name and `seed`: the same points on
every machine. Points come in random order, with classes of equal size to within one.
"""

from __future__ import annotations

import math

import numpy as np

from ..backend import random
from ..errors import ArgumentError
from .dataset import ArrayDataset

__all__ = ["blobs", "circles", "moons", "spirals"]


def blobs(
    n: int = 300, classes: int = 3, features: int = 2, spread: float = 1.0, seed: int = 0
) -> ArrayDataset:
    """Return normally distributed clouds around centres drawn from [-10, 10] in each direction.

    Parameters
    ----------
    n : int, default 300
    classes : int, default 3
    features : int, default 2
    spread : float, default 1.0
        Standard deviation of each cloud.
    seed : int, default 0

    Returns
    -------
    ArrayDataset
        Points (n, features), float32; classes (n,), int64.

    Examples
    --------
    >>> blobs(100, classes=4)
    ArrayDataset('blobs', 100 samples: (2,) float32, () int64)
    """
    require("blobs", "classes", classes, 1)
    require("blobs", "features", features, 1)
    rng, y = _stream_and_classes("blobs", n, classes, seed)
    centres = rng.uniform(-10, 10, size=(classes, features))
    x = centres[y] + spread * rng.standard_normal((n, features))
    return _dataset("blobs", x, y)


def moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> ArrayDataset:
    """Return two half circles of radius 1 that reach into each other.

    Parameters
    ----------
    n : int, default 200
    noise : float, default 0.1
        Standard deviation of the normal noise added to both coordinates.
    seed : int, default 0

    Returns
    -------
    ArrayDataset
        Points (n, 2), float32; classes (n,), int64.

    Examples
    --------
    >>> moons()
    ArrayDataset('moons', 200 samples: (2,) float32, () int64)
    """
    rng, y = _stream_and_classes("moons", n, 2, seed)
    angle = rng.uniform(0, math.pi, size=n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    x = np.where(y[:, None] == 0, upper, lower)
    return _dataset("moons", x + noise * rng.standard_normal((n, 2)), y)


def circles(n: int = 200, factor: float = 0.5, noise: float = 0.05, seed: int = 0) -> ArrayDataset:
    """Return a circle of radius 1 (class 0) and one of radius `factor` (class 1) around 0.

    Parameters
    ----------
    n : int, default 200
    factor : float, default 0.5
    noise : float, default 0.05
        Standard deviation of the normal noise added to both coordinates.
    seed : int, default 0

    Returns
    -------
    ArrayDataset
        Points (n, 2), float32; classes (n,), int64.

    Examples
    --------
    >>> x, y = circles(4, factor=0.5, noise=0.0).arrays
    >>> [float(round(x[i, 0] ** 2 + x[i, 1] ** 2, 4)) for i in y.argsort()]
    [1.0, 1.0, 0.25, 0.25]
    """
    rng, y = _stream_and_classes("circles", n, 2, seed)
    angle = rng.uniform(0, 2 * math.pi, size=n)
    radius = np.where(y == 0, 1.0, factor)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _dataset("circles", x + noise * rng.standard_normal((n, 2)), y)


def spirals(
    n: int = 300, classes: int = 3, turns: float = 0.75, noise: float = 0.02, seed: int = 0
) -> ArrayDataset:
    """Return the arms of a spiral, one for each class, in the unit disc.

    Parameters
    ----------
    n : int, default 300
    classes : int, default 3
    turns : float, default 0.75
        How often an arm goes round the centre; more is harder.
    noise : float, default 0.02
        Standard deviation of the normal noise added to both coordinates.
    seed : int, default 0

    Returns
    -------
    ArrayDataset
        Points (n, 2), float32; classes (n,), int64.

    Examples
    --------
    >>> spirals(90)
    ArrayDataset('spirals', 90 samples: (2,) float32, () int64)
    """
    require("spirals", "classes", classes, 1)
    rng, y = _stream_and_classes("spirals", n, classes, seed)
    radius = rng.uniform(0.05, 1.0, size=n)
    angle = 2 * math.pi * (turns * radius + y / classes)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _dataset("spirals", x + noise * rng.standard_normal((n, 2)), y)


def require(where: str, argument: str, value: int, least: int) -> None:
    """Raise an ArgumentError unless `value` is at least `least`.

    Examples
    --------
    >>> require("moons", "n", 0, 2)
    Traceback (most recent call last):
    xpnet.errors.ArgumentError: moons: n must be >= 2, got 0; a usual value is 200
    """
    if value < least:
        usual = 200 if argument == "n" else 2
        raise ArgumentError(
            f"{where}: {argument} must be >= {least}, got {value!r}; a usual value is {usual}"
        )


def _stream_and_classes(
    name: str, n: int, classes: int, seed: int
) -> tuple[np.random.Generator, np.ndarray]:
    """Return the random stream and n classes in random order, in equal numbers."""
    require(name, "n", n, classes)
    rng = random.stream(seed, name)
    return rng, rng.permutation(np.arange(n) % classes)


def _dataset(name: str, x: np.ndarray, y: np.ndarray) -> ArrayDataset:
    return ArrayDataset(x.astype(np.float32), y.astype(np.int64), name=name)
