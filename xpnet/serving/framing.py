"""An image of any size as what a model takes: brought to its size, its polarity and its framing.

Pictures in general are scaled as they are and padded to the model's shape. Writing, for a model
that was trained on bright ink on a dark ground (:class:`.ink.Ink`), goes through these steps:

1. Dark ink on bright paper is inverted: the border is brighter than the middle between the darkest
   and the brightest pixel.
2. Paper is not evenly bright: a plane is fitted to the border and taken away, and what remains is
   stretched until the ground is 0 and ink is 1.
3. A pen thinner than those of the training data would be lost in few pixels: strokes are widened.
4. The writing is cut out, scaled by one factor for height and width to the size that it had in the
   training data, and put where it was there, with its centre of mass in the middle, for instance.

An image that has the model's size already goes through the first step alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..errors import ArgumentError
from .ink import Ink, box_of, centre_of, stroke_of
from .pixels import require_pillow

__all__ = ["FITS", "INVERTS", "Prepared", "image_shape", "prepare"]

FITS = ("auto", "ink", "pad", "stretch")
INVERTS = ("auto", "yes", "no")

LEAST_CONTRAST = 0.1
"""Between ground and ink; what has less is blank."""

THIN = 0.6
"""Strokes of less than this share of the width in the training data are widened."""

PLAIN_INK = Ink(20 / 28, "mass", (0.5, 0.5), 0.11)
"""That of MNIST, for models that do not know theirs."""


class Prepared(NamedTuple):
    """An image as a model takes it."""

    x: np.ndarray
    """(C, H, W), float32."""
    inverted: bool


def image_shape(where: str, shape: Sequence[int] | None) -> tuple[int, int, int]:
    """Return channels, height and width of the images that a model takes.

    Raises
    ------
    ArgumentError
        If its input has another form, or none that is known.

    Examples
    --------
    >>> image_shape("example", (28, 28))
    (1, 28, 28)
    """
    if shape is not None and len(shape) == 3 and shape[0] in (1, 3):
        return shape[0], shape[1], shape[2]
    if shape is not None and len(shape) == 2:
        return 1, shape[0], shape[1]
    if shape is not None and len(shape) == 1:
        raise ArgumentError(
            f"{where}: this model takes tables of {shape[0]} numbers a sample, got an image; give "
            "it numbers, in a table or JSON, or, if these are an image, say how, as in "
            "--input-shape 1,28,28"
        )
    known = "nothing about" if shape is None else f"{tuple(shape)} as"
    raise ArgumentError(
        f"{where}: for image files the model must take images, got {known} its input shape; "
        "say it with --input-shape 1,28,28"
    )


def prepare(
    pixels: np.ndarray,
    size: tuple[int, int],
    ink: Ink | None = None,
    invert: str = "auto",
    fit: str = "auto",
) -> Prepared:
    """Return an image in the size and form that a model takes.

    Parameters
    ----------
    pixels : array, (C, H, W)
        Brightness from 0 to 1.
    size : tuple of int
        Height and width that the model takes.
    ink : Ink, optional
        What the training data were like. Default: not writing, or unknown.
    invert : "auto", "yes" or "no"
        Exchange dark and bright. "auto" does so for dark ink on a bright ground if the model
        knows bright ink.
    fit : "auto", "ink", "pad" or "stretch"
        How the size is reached: the writing alone, placed as in the training data; the whole
        image, padded; or the whole image, stretched in one direction. "auto" is "ink" for a model
        of writing, if the size is another, and else "pad".

    Examples
    --------
    >>> paper = np.ones((1, 40, 60), np.float32)
    >>> paper[:, 10:30, 20:24] = 0.0
    >>> made = prepare(paper, (28, 28), Ink(20 / 28, "mass", (0.5, 0.5), 0.11))
    >>> made.inverted, made.x.shape, box_of(made.x[0])
    (True, (1, 28, 28), (4, 24, 12, 16))
    """
    grey = pixels.shape[0] == 1
    inverted = invert == "yes"
    if invert == "auto" and grey and ink is not None:
        inverted = _is_bright_ground(pixels[0])
    if inverted:
        pixels = 1 - pixels
    same = pixels.shape[1:] == tuple(size)
    if fit == "auto":
        fit = "ink" if ink is not None and grey and not same else "pad"
    if fit == "ink" and grey:
        x = _framed(pixels[0], size, ink or PLAIN_INK)[None]
    elif same:
        x = pixels
    elif fit == "stretch":
        x = np.stack([_resized(channel, size) for channel in pixels])
    else:
        x = _padded(pixels, size)
    return Prepared(np.ascontiguousarray(np.clip(x, 0, 1), np.float32), inverted)


# ---- pictures in general ---------------------------------------------------------------------


def _padded(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the whole image in the middle of one of that size, which has the border's colour."""
    height, width = pixels.shape[1:]
    scale = min(size[0] / height, size[1] / width)
    h, w = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (size[0] - h) // 2, (size[1] - w) // 2
    made = np.empty((pixels.shape[0], *size), np.float32)
    for channel, target in zip(pixels, made, strict=True):
        target[...] = np.median(_border(channel))
        target[top : top + h, left : left + w] = _resized(channel, (h, w))
    return made


def _resized(
    channel: np.ndarray,
    size: tuple[int, int],
    box: tuple[float, float, float, float] | None = None,
) -> np.ndarray:
    """Return the pixels, or those in a box (left, top, right, bottom), at another size."""
    pillow = require_pillow("predict")
    image = pillow.fromarray(np.ascontiguousarray(channel, np.float32))
    made = image.resize((size[1], size[0]), pillow.Resampling.LANCZOS, box=box)
    return np.asarray(made, np.float32)


def _border(channel: np.ndarray) -> np.ndarray:
    """Return the pixels near the edge, a fiftieth of the image on each side."""
    thick = max(1, min(channel.shape) // 50)
    edges = channel[:thick], channel[-thick:], channel[:, :thick], channel[:, -thick:]
    return np.concatenate([edge.reshape(-1) for edge in edges])


def _is_bright_ground(image: np.ndarray) -> bool:
    ground, low, high = np.median(_border(image)), image.min(), image.max()
    if high - low < LEAST_CONTRAST:
        return bool(ground > 0.5)
    return bool(ground > (low + high) / 2)


# ---- writing ---------------------------------------------------------------------------------


def _framed(image: np.ndarray, size: tuple[int, int], ink: Ink) -> np.ndarray:
    """Return the writing at the size and place that it had in the training data."""
    image = _levelled(image)
    if image.max() <= 0:
        return np.zeros(size, np.float32)
    top, bottom, left, right = box_of(image)
    side = max(bottom - top, right - left)
    edge, room = max(1, side // 20), 1 + side // 4
    image = image[max(0, top - edge) : bottom + edge, max(0, left - edge) : right + edge]
    image = _surrounded(image, (room, room), (room, room))
    image = _thickened(image, side, ink.stroke)
    top, bottom, left, right = box_of(image)
    scale = ink.extent * min(size[0] / (bottom - top), size[1] / (right - left))
    y, x = centre_of(image) if ink.centre == "mass" else ((top + bottom) / 2, (left + right) / 2)
    # the part of the image, and of nothing around it, that fills the model's
    h, w = size[0] / scale, size[1] / scale
    y0 = min(max(y - ink.at[0] * h, bottom - h), top) if h >= bottom - top else y - ink.at[0] * h
    x0 = min(max(x - ink.at[1] * w, right - w), left) if w >= right - left else x - ink.at[1] * w
    before_y, before_x = max(0, int(-y0) + 1), max(0, int(-x0) + 1)
    after_y = max(0, int(y0 + h) + 1 - image.shape[0])
    after_x = max(0, int(x0 + w) + 1 - image.shape[1])
    image = _surrounded(image, (before_y, after_y), (before_x, after_x))
    box = (x0 + before_x, y0 + before_y, x0 + before_x + w, y0 + before_y + h)
    return _resized(image, size, box)


def _surrounded(image: np.ndarray, y: tuple[int, int], x: tuple[int, int]) -> np.ndarray:
    """Return the image with so many zeros before and after it."""
    h, w = image.shape
    made = np.zeros((y[0] + h + y[1], x[0] + w + x[1]), np.float32)
    made[y[0] : y[0] + h, x[0] : x[0] + w] = image
    return made


def _levelled(image: np.ndarray) -> np.ndarray:
    """Return the image with ground 0 and ink 1, however the light fell; all 0 if it is blank."""
    rows, columns = _edge(*image.shape)
    level = image[rows, columns]
    middle = np.partition(level, level.size // 2)[level.size // 2]  # the median, one of the pixels
    plain = np.abs(level - middle) < 0.25  # writing may touch the border
    if float(np.ptp(level[plain])) < 1e-6:
        raised = image - middle
    else:
        y, x = (np.linspace(0, 1, n, dtype=np.float32) for n in image.shape)
        terms = np.stack([np.ones(level.size, np.float32), y[rows], x[columns]])[:, plain]
        # the normal equations: three unknowns, and coordinates from 0 to 1
        normal = (terms @ terms.T).astype(np.float64) + 1e-6 * np.eye(3)
        plane = np.linalg.solve(normal, (terms @ level[plain]).astype(np.float64))
        noise = float(np.std(level[plain] - plane.astype(np.float32) @ terms))
        c, by_y, by_x = (float(n) for n in plane)
        raised = image - (by_y * y[:, None] + by_x * x + np.float32(c + 2 * noise))
    np.maximum(raised, 0, out=raised)
    if float(raised.max()) < LEAST_CONTRAST:
        return np.zeros_like(raised)
    brightness = np.median(raised[raised > _otsu(raised)])
    return np.asarray(np.minimum(raised / np.float32(brightness), 1), np.float32)


@lru_cache(maxsize=8)
def _edge(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of the pixels near the edge."""
    thick = max(1, min(height, width) // 50)
    inner = np.zeros((height, width), np.bool_)
    inner[thick : height - thick, thick : width - thick] = True
    rows, columns = np.nonzero(~inner)
    return rows, columns


def _otsu(image: np.ndarray) -> float:
    """Return the threshold between two classes of pixels, from 0, that differ most.

    Reference: N. Otsu, "A threshold selection method from gray-level histograms", IEEE
    Transactions on Systems, Man, and Cybernetics 9, 1979, equation 18.
    """
    step = float(image.max()) / 127
    counts = np.bincount((image.reshape(-1) * np.float32(1 / step)).astype(np.intp), minlength=128)
    below = np.cumsum(counts)[:-1]
    above = image.size - below
    sums = np.cumsum(counts * np.arange(counts.size))
    gap = sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return float((np.argmax(below * above * gap**2) + 1) * step)


def _thickened(image: np.ndarray, side: int, stroke: float) -> np.ndarray:
    """Return the writing with strokes as wide as those of the training data, if they are thin."""
    width = stroke_of(image)
    if width >= THIN * stroke * side:
        return image
    for i in range(round((stroke * side - width) / 2)):
        image = _grown(image, corners=i % 2 == 1)
    return image


def _grown(image: np.ndarray, corners: bool) -> np.ndarray:
    """Return the largest of each pixel and its neighbours, those at its corners if wanted."""
    tall = image.copy()
    np.maximum(tall[1:], image[:-1], out=tall[1:])
    np.maximum(tall[:-1], image[1:], out=tall[:-1])
    across = tall if corners else image
    made = tall.copy()
    np.maximum(made[:, 1:], across[:, :-1], out=made[:, 1:])
    np.maximum(made[:, :-1], across[:, 1:], out=made[:, :-1])
    return made
