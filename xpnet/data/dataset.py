"""ArrayDataset: samples held in arrays that share their first dimension."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..backend import Device, as_device, asarray, device_of, is_array, to_device, to_numpy
from ..errors import DataError, DTypeError, ShapeError
from ..typing import Array
from .frames import is_frame, rows_of
from .gather import is_sparse, slice_rows, take_rows

__all__ = ["ArrayDataset", "describe", "host_indices"]


class ArrayDataset:
    """Samples held in arrays that share their first dimension N.

    Parameters
    ----------
    *arrays : array, (N, ...)
        Of any library, usually features and labels. Lists become NumPy arrays, and so do data
        frames and series (of pandas, polars...) whose columns are numbers.
    class_names : sequence of str, optional
        Names of the classes 0, 1, ..., K - 1.
    name : str, optional
        What the data are; shown by ``repr`` and in messages.

    Attributes
    ----------
    arrays : tuple of array
    class_names : tuple of str or None
    name : str

    Raises
    ------
    ShapeError
        If an array has no first dimension or the first dimensions differ.
    DataError
        If there is no array or no sample, or a column of a data frame holds no numbers.

    Notes
    -----
    The arrays are held, not copied. Slices are views of them where the library has views.

    Examples
    --------
    >>> import numpy as np
    >>> dataset = ArrayDataset(np.eye(4), np.asarray([0, 1, 0, 1]), name="corners")
    >>> len(dataset)
    4
    >>> dataset
    ArrayDataset('corners', 4 samples: (4,) float64, () int64)
    >>> x, y = dataset[[3, 0]]
    >>> x
    array([[0., 0., 0., 1.],
           [1., 0., 0., 0.]])
    """

    def __init__(
        self, *arrays: Array, class_names: Sequence[str] | None = None, name: str = ""
    ) -> None:
        if not arrays:
            raise DataError(
                "ArrayDataset: at least one array must be given, got none; "
                "write ArrayDataset(features, labels)"
            )
        self.arrays = tuple(map(_as_array, arrays))
        self.class_names = None if class_names is None else tuple(class_names)
        self.name = name
        _check_first_dimension(self.arrays)

    def __len__(self) -> int:
        return int(self.arrays[0].shape[0])

    def __getitem__(self, index: Any) -> tuple[Array, ...]:
        """Return one sample (an integer) or several (a slice, integers, a mask of N booleans)."""
        if isinstance(index, slice):
            return tuple(self._slice(x, index) for x in self.arrays)
        try:
            position = operator.index(index)
        except TypeError:
            return self._take(host_indices("ArrayDataset", index, len(self)))
        n = len(self)
        if not -n <= position < n:
            # not an XpnetError: Python's protocols look for IndexError
            raise IndexError(
                f"ArrayDataset: index must be in [{-n}, {n}), got {position}; "
                f"the data set has {n} samples"
            )
        return tuple(x[position % n, ...] for x in self.arrays)

    def __iter__(self) -> Iterator[tuple[Array, ...]]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        arrays = ", ".join(map(describe, self.arrays))
        title = f"{self.name!r}, " if self.name else ""
        return f"{type(self).__name__}({title}{len(self)} samples: {arrays})"

    def subset(self, indices: Any) -> ArrayDataset:
        """Return the data set of the chosen samples: a slice, integers or a mask of booleans.

        Examples
        --------
        >>> import numpy as np
        >>> x = np.arange(6)
        >>> ArrayDataset(x).subset(x % 2 == 1).arrays
        (array([1, 3, 5]),)
        """
        return self.replace(*self[indices])

    def to(self, device: str | Device | None = None) -> ArrayDataset:
        """Return the data set with every array on `device` (default: the current device).

        A loader whose target is that device then gathers its batches there.

        Examples
        --------
        >>> ArrayDataset([1.0, 2.0]).to("cpu").arrays
        (array([1., 2.], dtype=float32),)
        """
        target = as_device(device)
        return self.replace(*(to_device(x, target) for x in self.arrays))

    def replace(self, *arrays: Array) -> ArrayDataset:
        """Return a data set of other arrays with this one's name and class names.

        Examples
        --------
        >>> pixels = ArrayDataset([0.0, 255.0], name="pixels")
        >>> pixels.replace(pixels.arrays[0] / 255)
        ArrayDataset('pixels', 2 samples: () float32)
        """
        return ArrayDataset(*arrays, class_names=self.class_names, name=self.name)

    def _slice(self, x: Array, index: slice) -> Array:
        start, stop, step = index.indices(len(self))
        if step > 0:
            return slice_rows(x, start, stop, step)
        # torch slices take no negative step
        return take_rows(x, asarray(np.arange(start, stop, step), device=device_of(x)))

    def _take(self, indices: np.ndarray) -> tuple[Array, ...]:
        return tuple(take_rows(x, asarray(indices, device=device_of(x))) for x in self.arrays)


def host_indices(where: str, index: Any, n: int) -> np.ndarray:
    """Return the index of some of `n` samples as non-negative int64 on the host, checked."""
    chosen = to_numpy(index) if is_array(index) else np.asarray(index)
    if chosen.dtype == np.bool_ and chosen.shape == (n,):
        return np.flatnonzero(chosen)
    if chosen.size == 0:
        chosen = chosen.astype(np.int64)
    if chosen.ndim != 1 or not np.issubdtype(chosen.dtype, np.integer):
        raise DTypeError(
            f"{where}: an index must be an integer, a slice, a 1-d array of integers or "
            f"a mask of {n} booleans, got {chosen.dtype} of shape {chosen.shape}; "
            "round or flatten it first"
        )
    if chosen.size and not -n <= chosen.min() <= chosen.max() < n:
        raise IndexError(
            f"{where}: indices must be in [{-n}, {n}), got {chosen.min()} to "
            f"{chosen.max()}; the data set has {n} samples"
        )
    return np.where(chosen < 0, chosen + n, chosen).astype(np.int64)


def describe(x: Array) -> str:
    """Return shape and dtype of the samples in an array, for ``repr``."""
    return f"{tuple(x.shape[1:])} {str(x.dtype).rsplit('.', maxsplit=1)[-1]}"


def _as_array(x: Any) -> Array:
    if is_array(x):
        return to_device(x, device_of(x))  # it stays where it is, but leaves PyTorch's graph
    if is_sparse(x):
        raise DataError(
            f"ArrayDataset: arrays must be dense, got a sparse matrix {tuple(x.shape)}; make a "
            "SparseDataset, which takes it first: SparseDataset(X, y)"
        )
    return rows_of("ArrayDataset", x) if is_frame(x) else asarray(x, device="cpu")


def _check_first_dimension(arrays: tuple[Array, ...]) -> None:
    shapes = [tuple(x.shape) for x in arrays]
    if any(len(shape) == 0 for shape in shapes):
        raise ShapeError(
            f"ArrayDataset: every array must be (N, ...), got {_listed(shapes)}; "
            "a single number is no data set: wrap it in a list"
        )
    if len({shape[0] for shape in shapes}) > 1:
        raise ShapeError(
            f"ArrayDataset: arrays must share their first dimension, got {_listed(shapes)}; "
            "the first dimension counts the samples"
        )
    if shapes[0][0] == 0:
        raise DataError(
            f"ArrayDataset: arrays must hold at least one sample, got {_listed(shapes)}; "
            "check the selection or file that they come from"
        )


def _listed(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(str(shape) for shape in shapes)
