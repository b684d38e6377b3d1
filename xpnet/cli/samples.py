"""Files of samples for ``xpnet predict``: images, arrays, tables."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ArgumentError, DataError
from .datasets import load_arrays, scaled

__all__ = ["read_samples", "require_finite"]

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")


def read_samples(
    path: str, shape: Sequence[int] | None, invert: bool = False, divisor: int | None = None
) -> tuple[np.ndarray, list[str]]:
    """Return the samples of a file, (N, ...), and a name for each.

    Parameters
    ----------
    path : str
        An image; ``.npy`` or ``.npz`` with one sample or several; ``.csv`` with one in each line.
    shape : sequence of int, optional
        That of a sample. Images are scaled to it, rows of a table reshaped.
    invert : bool
        Exchange dark and bright of images.
    divisor : int, optional
        What the training divided bytes by. Default: 255 for models of images, else 1.
    """
    if divisor is None and shape is not None:
        divisor = 255 if len(shape) > 1 else 1
    ending = Path(path).suffix.lower()
    if not Path(path).is_file():
        raise DataError(f"predict: {path!r} must be a file, got none; check the name")
    if ending in IMAGES:
        return _read_image(path, shape, invert, divisor), [path]
    if ending == ".npy":
        x = _read_npy(path)
    elif ending == ".npz":
        arrays = load_arrays(path)
        found = [name for name in ("X", "x", "images", "data", "x_test") if name in arrays]
        if not found and len(arrays) != 1:
            raise DataError(
                f"predict: {path!r} must hold an array called X, got {', '.join(arrays) or 'none'};"
                " write it with numpy.savez(path, X=X)"
            )
        x = arrays[found[0]] if found else next(iter(arrays.values()))
    elif ending in (".csv", ".txt", ".tsv"):
        x = _read_table(path, "\t" if ending == ".tsv" else ",")
    else:
        raise ArgumentError(
            f"predict: files must be images ({', '.join(IMAGES)}), .npy, .npz or .csv, got "
            f"{path!r}; convert it to one of these"
        )
    if not np.issubdtype(x.dtype, np.number) and x.dtype != np.bool_:
        raise DataError(
            f"predict: {path!r} must hold numbers, got {x.dtype}; convert them to float32"
        )
    x = _as_samples(path, scaled(x, divisor), shape)
    return x, [path if len(x) == 1 else f"{path}[{i}]" for i in range(len(x))]


def require_finite(x: np.ndarray, names: Sequence[str]) -> None:
    """Raise a DataError that names the first sample with NaN or infinity."""
    good = np.isfinite(x).reshape(len(x), -1).all(axis=1)
    if not good.all():
        first = int(np.argmin(good))
        value = x[first][~np.isfinite(x[first])].flat[0]
        raise DataError(
            f"predict: samples must be finite numbers, got {value} in {names[first]!r}; fill the "
            "gaps, or leave such samples out"
        )


def _as_samples(path: str, x: np.ndarray, shape: Sequence[int] | None) -> np.ndarray:
    """Return (N, ...) samples of `shape` for one sample, several, or flattened ones."""
    if shape is None:
        return x if x.ndim > 1 else x[None]
    shape = tuple(shape)
    size = math.prod(shape)
    if x.ndim <= len(shape) and x.size == size:
        return x.reshape(1, *shape)
    if x.ndim >= 1 and x.shape[0] * size == x.size:
        return x.reshape(x.shape[0], *shape)
    raise DataError(
        f"predict: samples in {path!r} must have the shape {shape} of the training data, got an "
        f"array {x.shape}; resize them first"
    )


def _read_image(
    path: str, shape: Sequence[int] | None, invert: bool, divisor: int | None
) -> np.ndarray:
    try:
        pillow: Any = importlib.import_module("PIL.Image")
    except ImportError as error:
        raise ArgumentError(
            "predict: for image files Pillow must be installed, got none; "
            "pip install 'xpnet[images]', or give the pixels as .npy"
        ) from error
    channels, height, width = _image_shape(shape)
    try:
        with pillow.open(path) as image:
            converted = image.convert("L" if channels == 1 else "RGB")
            resized = converted.resize((width, height), pillow.Resampling.LANCZOS)
            pixels = np.asarray(resized, dtype=np.uint8)
    except OSError as error:
        raise DataError(
            f"predict: {path!r} must be an image, got a file that cannot be read ({error}); "
            "check it with an image viewer"
        ) from error
    pixels = pixels.reshape(height, width, channels).transpose(2, 0, 1)  # (H, W, C) -> (C, H, W)
    if invert:
        pixels = 255 - pixels
    wanted = (channels, height, width) if shape is None or len(shape) == 3 else tuple(shape)
    image_in_batch: np.ndarray = scaled(pixels, divisor or 255).reshape(1, *wanted)
    return image_in_batch


def _image_shape(shape: Sequence[int] | None) -> tuple[int, int, int]:
    """Return channels, height and width of the images that a model takes."""
    if shape is not None and len(shape) == 3 and shape[0] in (1, 3):
        return shape[0], shape[1], shape[2]
    if shape is not None and len(shape) == 2:
        return 1, shape[0], shape[1]
    known = "nothing about" if shape is None else f"{tuple(shape)} as"
    raise ArgumentError(
        f"predict: for image files the model must take images, got {known} its input shape; "
        "say it with --input-shape 1,28,28"
    )


def _read_npy(path: str) -> np.ndarray:
    try:
        array: np.ndarray = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(
            f"predict: {path!r} must be an array in NumPy's format, got a file that cannot be read "
            f"({error}); write it with numpy.save"
        ) from error
    return array


def _read_table(path: str, delimiter: str) -> np.ndarray:
    with open(path, encoding="utf-8") as file:
        first = file.readline().split(delimiter)
    try:
        skipped = 0 if all(_is_number(cell) for cell in first) else 1  # a line of column names
        rows: np.ndarray = np.loadtxt(path, delimiter=delimiter, ndmin=2, skiprows=skipped)
    except ValueError as error:
        raise DataError(
            f"predict: {path!r} must be a table of numbers, got {error}; one sample in each line, "
            "with commas"
        ) from error
    return rows


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
