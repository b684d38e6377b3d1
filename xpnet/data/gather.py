"""Rows of an array, wherever it lives: the one operation under data sets and loaders."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend import asarray, is_array, namespace
from ..errors import DataError, ShapeError
from ..typing import Array

__all__ = ["collate", "dense_rows", "is_sparse", "slice_rows", "stack_rows", "take_rows"]


def take_rows(x: Array, indices: Array) -> Array:
    """Copy the rows `indices` of `x` into a new array on the same device.

    Parameters
    ----------
    x : array, (N, ...)
    indices : array, (M,)
        Integers in ``[0, N)``, of the library and on the device of `x`. They are not checked: that
        would make a GPU wait for the host.

    Returns
    -------
    array, (M, ...)

    Examples
    --------
    >>> import numpy as np
    >>> take_rows(np.asarray([[1, 2], [3, 4], [5, 6]]), np.asarray([2, 0]))
    array([[5, 6],
           [1, 2]])
    """
    if isinstance(x, np.ndarray):
        # take first makes the whole of a non-contiguous x contiguous, on every call
        return x.take(indices, axis=0) if x.flags.c_contiguous else x[indices]
    return namespace(x).take(x, indices, axis=0)


def slice_rows(x: Array, start: int, stop: int, step: int = 1) -> Array:
    """Return ``x[start:stop:step]``: a view where the library has views.

    Examples
    --------
    >>> import numpy as np
    >>> slice_rows(np.asarray([[1, 2], [3, 4], [5, 6]]), 0, 2)
    array([[1, 2],
           [3, 4]])
    """
    return x[start:stop:step, ...]


def stack_rows(values: Sequence[Array]) -> Array:
    """Make one array, (N, ...), of N samples: arrays of one shape, or N numbers.

    Raises
    ------
    ShapeError
        If the samples have different shapes.

    Examples
    --------
    >>> stack_rows([1.0, 0.5])
    array([1. , 0.5], dtype=float32)
    """
    first = values[0]
    if isinstance(first, np.generic):
        return np.asarray(values)
    if not is_array(first):
        return asarray(values, device="cpu")
    shapes = {tuple(value.shape) for value in values}
    if len(shapes) > 1:
        raise ShapeError(
            f"DataLoader: the samples of a batch must have one shape, got {sorted(shapes)[:3]}; "
            "crop or pad them in the data set's __getitem__"
        )
    return namespace(first).stack(list(values), axis=0)


def collate(samples: Sequence[Any]) -> tuple[Array, ...]:
    """Stack the samples of a batch, each an array, a number or a tuple of those.

    Raises
    ------
    DataError
        If the samples have different numbers of parts.

    Examples
    --------
    >>> collate([(0.5, 1), (1.5, 0)])
    (array([0.5, 1.5], dtype=float32), array([1, 0]))
    """
    rows = [sample if isinstance(sample, tuple | list) else (sample,) for sample in samples]
    lengths = sorted({len(row) for row in rows})
    if len(lengths) > 1:
        raise DataError(
            f"DataLoader: every sample must have the same number of parts, got {lengths}; "
            "let the data set's __getitem__ return tuples of one length"
        )
    return tuple(stack_rows(values) for values in zip(*rows, strict=True))


def is_sparse(x: Any) -> bool:
    """Tell whether `x` is a sparse matrix or a sparse array of SciPy.

    Examples
    --------
    >>> is_sparse(np.eye(2))
    False
    """
    scipy = sys.modules.get("scipy.sparse")
    return scipy is not None and bool(scipy.issparse(x))


def dense_rows(matrix: Any, rows: slice | np.ndarray) -> np.ndarray:
    """Return some rows of a sparse matrix in CSR form as an array, (M, D)."""
    dense: np.ndarray = matrix[rows].toarray()
    return dense
