"""Data sets by the names of the command line, or from an ``.npz`` file."""

from __future__ import annotations

import argparse
import os
from typing import Any

import numpy as np

from .. import data
from ..data import ArrayDataset
from ..errors import DataError, choose
from ..typing import Array

__all__ = ["NAMES", "add_data_options", "load", "load_arrays", "scaled"]

NAMES = ("digits", "mnist", "fashion-mnist")

FILE_HELP = """\
an .npz file holds x_train, y_train and, if you like, x_test, y_test; or X and y, of which a fifth \
becomes test data. Integers from 0 to 255 (images) are divided by 255"""

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


def load(options: argparse.Namespace) -> tuple[ArrayDataset, ArrayDataset]:
    """Return the training and the test data that the options name."""
    name: str = options.data
    if name.endswith(".npz"):
        return _from_file(name)
    choose("data", "--data", name, [*NAMES, "FILE.npz"])
    if name == "digits":
        return data.load_digits()
    loader = data.load_mnist if name == "mnist" else data.load_fashion_mnist
    return loader(options.data_dir)


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


def scaled(x: Array) -> Array:
    """Return pixels 0 ... 255 as float32 from 0 to 1, other numbers as float32.

    Examples
    --------
    >>> scaled(np.asarray([0, 255], dtype=np.uint8))
    array([0., 1.], dtype=float32)
    """
    if x.dtype == np.uint8:
        return np.divide(x, 255, dtype=np.float32)
    return x.astype(np.float32, copy=False)


def _from_file(path: str) -> tuple[ArrayDataset, ArrayDataset]:
    arrays = load_arrays(path)
    if "x_train" in arrays and "y_train" in arrays:
        train = _dataset(path, arrays["x_train"], arrays["y_train"], "train")
        if "x_test" in arrays and "y_test" in arrays:
            return train, _dataset(path, arrays["x_test"], arrays["y_test"], "test")
        whole = train
    else:
        inputs = next((name for name in _INPUT_NAMES if name in arrays), None)
        labels = next((name for name in _LABEL_NAMES if name in arrays), None)
        if inputs is None or labels is None:
            raise DataError(
                f"data: {path!r} must hold x_train and y_train, or X and y, got "
                f"{', '.join(arrays) or 'nothing'}; write it with numpy.savez(path, X=X, y=y)"
            )
        whole = _dataset(path, arrays[inputs], arrays[labels], "")
    train, test = data.split(whole, (0.8, 0.2), stratify=True)
    return train, test


def _dataset(path: str, x: np.ndarray, y: np.ndarray, part: str) -> ArrayDataset:
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer) or (y.size and y.min() < 0):
        raise DataError(
            f"data: labels in {path!r} must be classes, integers (N,) from 0, got {y.dtype} of "
            f"shape {y.shape}{f' from {y.min()}' if y.size and y.ndim == 1 else ''}; number them "
            "with numpy.unique(y, return_inverse=True)"
        )
    if not np.issubdtype(x.dtype, np.number):
        raise DataError(
            f"data: inputs in {path!r} must be numbers, got {x.dtype}; convert them to float32"
        )
    title = os.path.basename(path)
    return ArrayDataset(scaled(x), y.astype(np.int64), name=f"{title} {part}".strip())
