"""Data sets by the names of the command line, or from an ``.npz`` file."""

from __future__ import annotations

import argparse
import os
from typing import Any, NamedTuple

import numpy as np

from .. import data
from ..data import ArrayDataset
from ..errors import DataError, choose
from ..typing import Array
from .labels import numbered, require_inputs

__all__ = ["NAMES", "add_data_options", "Loaded", "load", "load_arrays", "scaled"]

NAMES = ("digits", "mnist", "fashion-mnist", "shapes")

SHAPES = 500
"""Images of shapes, of which a fifth is for testing."""

FILE_HELP = """\
an .npz file holds x_train, y_train and, if you like, x_test, y_test; or X and y, of which a fifth \
becomes test data; feature_names may name the columns of X. Images of bytes, uint8 (N, H, W) or \
(N, C, H, W), are divided by 255. Classes are integers (N,) or names, or (N, H, W) for a \
class of each pixel"""

_INPUT_NAMES = ("X", "x", "images", "data")
_LABEL_NAMES = ("y", "Y", "labels", "target")


def add_data_options(parser: Any, default: str | None) -> None:
    """Add ``--data``, ``--data-dir`` and ``--classes``."""
    note = "" if default is None else f" (default: {default})"
    parser.add_argument(
        "--data",
        metavar="NAME",
        default=default,
        required=default is None,
        help=f"one of {', '.join(NAMES)}, or the path of an .npz file{note}: {FILE_HELP}",
    )
    parser.add_argument(
        "--data-dir",
        metavar="FOLDER",
        help="where the files of mnist or fashion-mnist are (default: $XPNET_DATA, then the "
        "cache, then download)",
    )


class Loaded(NamedTuple):
    """Data, and what its bytes were divided by: None if there were none."""

    train: ArrayDataset
    test: ArrayDataset
    divisor: int | None
    feature_names: tuple[str, ...] | None = None
    """Those of the columns of a table, if the file has them."""


def load(options: argparse.Namespace, divisor: int | None = None) -> Loaded:
    """Return the training and the test data that the options name.

    Parameters
    ----------
    options : argparse.Namespace
    divisor : int, optional
        What a model's training divided bytes by. Default: 255 for images, 1 for tables.
    """
    name: str = options.data
    if name.endswith(".npz"):
        return _from_file(name, divisor)
    choose("data", "--data", name, [*NAMES, "FILE.npz"])
    if name == "digits":
        return Loaded(*data.load_digits(), 255)
    if name == "shapes":
        train, test = data.split(data.make_shapes(SHAPES), 0.8)
        return Loaded(train, test, 255)
    loader = data.load_mnist if name == "mnist" else data.load_fashion_mnist
    return Loaded(*loader(options.data_dir), 255)


def load_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Return the arrays of an ``.npz`` file.

    Raises
    ------
    DataError
        If there is no such file, or it is none.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except FileNotFoundError as error:
        raise DataError(
            f"data: {os.fspath(path)!r} must be a file, got none; check the name"
        ) from error
    except (OSError, ValueError, AttributeError, EOFError) as error:
        raise DataError(
            f"data: {os.fspath(path)!r} must be an .npz file of arrays, got one that cannot be "
            f"read ({error}); write it with numpy.savez"
        ) from error


def scaled(x: Array, divisor: int | None = None) -> Array:
    """Return numbers as float32, bytes divided by `divisor`.

    Without a divisor, images (N, H, W) or (N, C, H, W) of bytes come to lie between 0 and 1, and
    bytes of a table stay: they are numbers as others.

    Examples
    --------
    >>> scaled(np.asarray([[[0, 255]]], dtype=np.uint8))
    array([[[0., 1.]]], dtype=float32)
    >>> scaled(np.asarray([[3, 16]], dtype=np.uint8))
    array([[ 3., 16.]], dtype=float32)
    """
    if x.dtype == np.uint8:
        return np.divide(x, divisor or (255 if x.ndim > 2 else 1), dtype=np.float32)
    return x.astype(np.float32, copy=False)


def _from_file(path: str, divisor: int | None) -> Loaded:
    arrays = load_arrays(path)
    if "x_train" in arrays and "y_train" in arrays:
        parts = ["train", "test"] if "x_test" in arrays and "y_test" in arrays else ["train"]
        inputs = [arrays[f"x_{part}"] for part in parts]
        labels = [arrays[f"y_{part}"] for part in parts]
    else:
        parts = [""]
        inputs = [arrays[name] for name in _INPUT_NAMES if name in arrays][:1]
        labels = [arrays[name] for name in _LABEL_NAMES if name in arrays][:1]
        if not inputs or not labels:
            raise DataError(
                f"data: {path!r} must hold x_train and y_train, or X and y, got "
                f"{', '.join(arrays) or 'nothing'}; write it with numpy.savez(path, X=X, y=y)"
            )
    require_inputs(path, inputs)
    if divisor is None and inputs[0].dtype == np.uint8:
        divisor = 255 if inputs[0].ndim > 2 else 1
    numbers, names = numbered(path, labels)
    title = os.path.basename(path)
    made = [
        ArrayDataset(scaled(x, divisor), y, class_names=names, name=f"{title} {part}".strip())
        for x, y, part in zip(inputs, numbers, parts, strict=True)
    ]
    if len(made) == 1:
        made = list(data.split(made[0], (0.8, 0.2), stratify=made[0].arrays[1].ndim == 1))
    return Loaded(made[0], made[1], divisor, _feature_names(path, arrays, inputs[0]))


def _feature_names(
    path: str, arrays: dict[str, np.ndarray], x: np.ndarray
) -> tuple[str, ...] | None:
    """Return the names of the columns; None if the file has none."""
    names = arrays.get("feature_names")
    if names is None:
        return None
    if (
        names.dtype.kind != "U"
        or names.shape != x.shape[1:]
        or len(set(names.tolist())) < names.size
    ):
        raise DataError(
            f"data: feature_names in {path!r} must be different names, as many as the "
            f"{x.shape[1:]} columns, got {names.dtype} of shape {names.shape}; leave it out, or "
            "write numpy.asarray(names)"
        )
    return tuple(names.tolist())
