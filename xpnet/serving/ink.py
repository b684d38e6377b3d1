"""Ink on a ground: what images of writing have in common, measured on those a model was trained on.

A network knows the images that it has seen. Those of MNIST are bright ink on a black ground; the
writing fills a box of 20 pixels of 28, and its centre of mass is in the middle. An image from a
camera or a paint program is none of that. What the training data were like is measured here, kept
in the notes of the model (``"ink"``), and :mod:`.framing` brings other images into that form.

Reference: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Ink", "box_of", "centre_of", "ink_in", "ink_of", "stroke_of"]

THRESHOLD = 0.35
"""What is brighter than this, between ground and ink, belongs to the writing."""

DARK = 0.15
"""The ground of bright writing is darker."""

SAMPLES = 500
"""So many images of the training data are looked at."""

MOSTLY = 0.9
"""The share of them that must be writing."""


class Ink(NamedTuple):
    """What the images that a model was trained on were like: bright ink on a dark ground."""

    extent: float
    """Height or width of the writing, the longer one, as a share of the image's."""
    centre: str
    """What stands still in the middle: the centre of "mass", or of the "box" around the writing."""
    at: tuple[float, float]
    """Where it stands, as shares of height and width."""
    stroke: float
    """The width of strokes as a share of the longer side of the writing."""


KNOWN = {
    "mnist": Ink(0.7143, "mass", (0.518, 0.5182), 0.1181),
    "digits": Ink(1.0, "box", (0.5, 0.5195), 0.1955),
}
"""The data sets whose models may be older than these notes."""


def ink_in(notes: Mapping[str, Any]) -> Ink | None:
    """Return what the notes of a model say about ink; None if they say nothing that makes sense.

    A file that says nothing at all, but was trained on MNIST or the digits, is known all the same.

    Examples
    --------
    >>> ink_in({"ink": {"extent": 0.7, "centre": "mass", "at": [0.5, 0.5], "stroke": 0.1}})
    Ink(extent=0.7, centre='mass', at=(0.5, 0.5), stroke=0.1)
    >>> ink_in({"ink": {"extent": "all"}}) is None
    True
    """
    said: Any = notes.get("ink")
    if "ink" not in notes:
        return KNOWN.get(str(notes.get("data")))
    try:
        y, x = said["at"]
        extent, stroke = float(said["extent"]), float(said["stroke"])
        ink = Ink(extent, said["centre"], (float(y), float(x)), stroke)
    except (TypeError, KeyError, ValueError):
        return None
    numbers = (ink.extent, *ink.at, ink.stroke)
    good = all(0 < n <= 1 for n in numbers) and ink.extent >= 0.1
    return ink if good and ink.centre in ("mass", "box") else None


def ink_of(x: np.ndarray) -> dict[str, Any] | None:
    """Return what the images of a data set are like if they are bright ink on a dark ground.

    Parameters
    ----------
    x : array, (N, 1, H, W) or (N, H, W)
        Brightness from 0 to 1. Some 500 of the images are looked at.

    Returns
    -------
    dict or None
        The fields of :class:`Ink`, for the notes of a model. None for other images, and for what
        are no images.

    Examples
    --------
    >>> from xpnet.data import load_digits
    >>> ink = ink_of(load_digits()[0].arrays[0])
    >>> ink["extent"], ink["centre"]
    (1.0, 'box')
    >>> ink_of(np.ones((10, 1, 8, 8), np.float32)) is None
    True
    """
    images = x[:, 0] if x.ndim == 4 and x.shape[1] == 1 else x
    if images.ndim != 3 or min(images.shape) < 1 or min(images.shape[1:]) < 4:
        return None
    images = images[:: -(-len(images) // SAMPLES)].astype(np.float32)
    if not (images.min() >= 0 and images.max() <= 1):
        return None
    written = [image for image in images if np.median(_border(image)) < DARK < image.max() / 2]
    if len(written) < MOSTLY * len(images):
        return None
    shape = np.asarray(images.shape[1:], np.float64)
    boxes = [box_of(image) for image in written]
    sides = np.asarray([[bottom - top, right - left] for top, bottom, left, right in boxes])
    centres = {
        "mass": np.asarray([centre_of(image) for image in written]) / shape,
        "box": np.asarray([[(t + b) / 2, (m + r) / 2] for t, b, m, r in boxes]) / shape,
    }
    spread = {name: float(found.std(axis=0).sum()) for name, found in centres.items()}
    steady = "mass" if spread["mass"] < spread["box"] else "box"
    strokes = [stroke_of(image) / max(side) for image, side in zip(written, sides, strict=True)]
    y, x_ = centres[steady].mean(axis=0).tolist()
    return {
        "extent": round(float(np.median((sides / shape).max(axis=1))), 4),
        "centre": steady,
        "at": [round(y, 4), round(x_, 4)],
        "stroke": round(min(1.0, float(np.median(strokes))), 4),
    }


def box_of(image: np.ndarray) -> tuple[int, int, int, int]:
    """Return first row, last row + 1, first column and last column + 1 of what is written.

    Examples
    --------
    >>> box_of(np.pad(np.ones((3, 1)), ((2, 0), (1, 1))))
    (2, 5, 1, 2)
    """
    marked = image > THRESHOLD
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if rows.size == 0:
        return 0, image.shape[0], 0, image.shape[1]
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def centre_of(image: np.ndarray) -> tuple[float, float]:
    """Return the centre of mass, measured from the upper left corner in pixels.

    Examples
    --------
    >>> centre_of(np.asarray([[0.0, 0.0], [1.0, 1.0]]))
    (1.5, 1.0)
    """
    total = float(image.sum(dtype=np.float64))
    if total <= 0:
        return image.shape[0] / 2, image.shape[1] / 2
    y = image.sum(axis=1, dtype=np.float64) @ (np.arange(image.shape[0]) + 0.5) / total
    x = image.sum(axis=0, dtype=np.float64) @ (np.arange(image.shape[1]) + 0.5) / total
    return float(y), float(x)


def stroke_of(image: np.ndarray) -> float:
    """Return the width of strokes in pixels: twice the area by the length of the outline.

    The outline of any direction is pi/4 of what the steps along rows and columns add up to.

    Examples
    --------
    >>> stroke_of(np.pad(np.ones((40, 4)), 1)) < 5
    True
    """
    padded = np.pad(image, 1)
    steps = np.abs(np.diff(padded, axis=0)).sum() + np.abs(np.diff(padded, axis=1)).sum()
    outline = math.pi / 4 * float(steps)
    return 2 * float(image.sum()) / outline if outline > 0 else 0.0


def _border(image: np.ndarray) -> np.ndarray:
    return np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]])
