"""Pictures of circles, squares and triangles, with the class of every pixel: for segmentation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..backend import random
from ..errors import ArgumentError, choose
from .dataset import ArrayDataset

__all__ = ["SHAPES", "make_shapes"]

SHAPES = {"circle": 0, "square": 4, "triangle": 3}
"""The number of sides of each shape; a circle has none."""


def make_shapes(
    n: int = 200,
    size: int = 32,
    classes: Sequence[str] = tuple(SHAPES),
    most: int = 3,
    noise: float = 0.05,
    channels: int = 3,
    seed: int = 0,
) -> ArrayDataset:
    """Return images of coloured shapes that may overlap, and the class of each pixel.

    Every image has 1 to `most` shapes of random class, place, size, rotation and bright colour on
    a dark background; a later one covers those before it. Shapes of all classes have the same
    distribution of areas, so that only the outline tells them apart.

    Parameters
    ----------
    n : int, default 200
    size : int, default 32
        H and W, at least 8.
    classes : sequence of str, default ("circle", "square", "triangle")
        Pixels of the first one have class 1; 0 is the background.
    most : int, default 3
        The largest number of shapes in an image.
    noise : float, default 0.05
        Standard deviation of the normal noise added to each pixel and channel.
    channels : int, default 3
        C; 1 for grey images.
    seed : int, default 0

    Returns
    -------
    ArrayDataset
        Images (n, C, size, size), float32 from 0 to 1; classes (n, size, size), int64.

    Raises
    ------
    ArgumentError
        If a number makes no sense, or there is no such shape.

    Notes
    -----
    Image i depends on the seed and i alone: ``make_shapes(200)`` begins with ``make_shapes(100)``.

    Examples
    --------
    >>> shapes = make_shapes(4, size=16)
    >>> shapes
    ArrayDataset('shapes', 4 samples: (3, 16, 16) float32, (16, 16) int64)
    >>> shapes.class_names
    ('background', 'circle', 'square', 'triangle')
    """
    _require(n=(n, 1), size=(size, 8), most=(most, 1), channels=(channels, 1))
    if not noise >= 0:
        raise ArgumentError(f"make_shapes: noise must be >= 0, got {noise!r}; 0.05 is usual")
    if isinstance(classes, str) or not classes or len(set(classes)) < len(classes):
        raise ArgumentError(
            f"make_shapes: classes must be different names of shapes, got {classes!r}; "
            f"choose among {', '.join(SHAPES)}"
        )
    sides = [SHAPES[choose("make_shapes", "classes", name, SHAPES)] for name in classes]
    images = np.empty((n, channels, size, size), dtype=np.float32)
    labels = np.zeros((n, size, size), dtype=np.int64)
    for i in range(n):
        rng = random.stream(seed, "shapes", i)
        image = np.empty((channels, size, size))
        image[...] = rng.uniform(0.0, 0.3, size=(channels, 1, 1))
        for _ in range(rng.integers(1, most + 1)):
            k = int(rng.integers(len(sides)))
            inside = _inside(sides[k], size, rng)
            image[:, inside] = rng.uniform(0.4, 1.0, size=(channels, 1))
            labels[i, inside] = k + 1
        image += noise * rng.standard_normal(image.shape)
        images[i] = np.clip(image, 0.0, 1.0)
    return ArrayDataset(images, labels, class_names=("background", *classes), name="shapes")


def _inside(sides: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Return which pixels, (size, size), have their centre in a shape drawn at random."""
    radius = rng.uniform(0.12, 0.26) * size  # of the circle with the shape's area
    y0, x0 = rng.uniform(0.15, 0.85, size=2) * size
    turn = rng.uniform(0.0, 2 * math.pi)
    y, x = np.mgrid[:size, :size] + 0.5 - np.asarray([y0, x0])[:, None, None]
    inside: np.ndarray = x * x + y * y <= radius * radius
    if sides == 0:
        return inside
    # a regular polygon is where no side's normal reaches beyond the apothem a; its area is
    # sides a² tan(π/sides)
    apothem = radius * math.sqrt(math.pi / (sides * math.tan(math.pi / sides)))
    inside = np.ones((size, size), dtype=np.bool_)
    for k in range(sides):
        angle = turn + 2 * math.pi * k / sides
        inside &= math.cos(angle) * x + math.sin(angle) * y <= apothem
    return inside


def _require(**given: tuple[int, int]) -> None:
    for name, (value, least) in given.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ArgumentError(
                f"make_shapes: {name} must be an integer >= {least}, got {value!r}; "
                "make_shapes(200, size=32) is usual"
            )
