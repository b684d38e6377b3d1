"""SparseDataset: samples in a sparse matrix of SciPy, made dense batch by batch.

A matrix of words or of categories is nearly all zeros: its dense form may not fit into memory,
while a batch of it does. SciPy is not imported: without it there is no such matrix.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..errors import DataError, DTypeError, ShapeError
from ..typing import Array
from .dataset import ArrayDataset, describe, host_indices
from .gather import dense_rows, is_sparse

__all__ = ["SparseDataset"]


class SparseDataset:
    """Samples in the rows of a sparse matrix, with arrays that share its first dimension N.

    Parameters
    ----------
    X : sparse matrix or sparse array of SciPy, (N, D)
        CSR is held as it is; other forms are converted to it once. Floating-point numbers keep
        their dtype, others become float32.
    *others : array, (N, ...)
        Labels, weights...; of any library, as for :class:`ArrayDataset`.
    class_names : sequence of str, optional
    name : str, optional

    Attributes
    ----------
    matrix : sparse matrix or array in CSR form
    arrays : tuple of array
        The others.
    class_names : tuple of str or None
    name : str

    Raises
    ------
    ShapeError
        If the matrix has no two axes, or the first dimensions differ.
    DTypeError
        If the numbers are complex.
    DataError
        If `X` is not sparse, or has no row.

    Notes
    -----
    An index gives rows of `X` as a NumPy array; a loader moves them to its device. Only the rows
    that are asked for are ever dense. A loader, and ``fit``, make this data set of ``(X, y)``.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> words = csr_array([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 3.0]])
    >>> dataset = SparseDataset(words, [0, 1, 1])
    >>> dataset
    SparseDataset(3 samples: (3,) float64 with 33.3% stored, () int64)
    >>> x, y = dataset[[2, 0]]
    >>> x
    array([[0., 0., 3.],
           [0., 2., 0.]])
    """

    def __init__(
        self, X: Any, *others: Array, class_names: Sequence[str] | None = None, name: str = ""
    ) -> None:
        if not is_sparse(X):
            raise DataError(
                f"SparseDataset: X must be a sparse matrix of SciPy, got {type(X).__name__}; "
                "arrays make an ArrayDataset"
            )
        if any(is_sparse(other) for other in others):
            raise DataError(
                "SparseDataset: only X may be sparse, got a sparse matrix after it; make it dense "
                "with its method toarray"
            )
        self.matrix = _as_rows(X)
        rest = ArrayDataset(*others) if others else None
        self.arrays: tuple[Array, ...] = () if rest is None else rest.arrays
        if rest is not None and len(rest) != len(self):
            raise ShapeError(
                f"SparseDataset: arrays must share their first dimension, got {len(self)} rows and "
                f"{len(rest)} others; the first dimension counts the samples"
            )
        self._rest = rest
        self.class_names = None if class_names is None else tuple(class_names)
        self.name = name

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    def __getitem__(self, index: Any) -> tuple[Array, ...]:
        """Return one sample (an integer) or several (a slice, integers, a mask of N booleans)."""
        rest = self._rest
        if isinstance(index, slice):
            return dense_rows(self.matrix, index), *(rest[index] if rest is not None else ())
        try:
            position = operator.index(index)
        except TypeError:
            rows = host_indices("SparseDataset", index, len(self))
            return dense_rows(self.matrix, rows), *(rest[rows] if rest is not None else ())
        n = len(self)
        if not -n <= position < n:
            # not an XpnetError: Python's protocols look for IndexError
            raise IndexError(
                f"SparseDataset: index must be in [{-n}, {n}), got {position}; "
                f"the data set has {n} samples"
            )
        row = slice(position % n, position % n + 1)
        return dense_rows(self.matrix, row)[0], *(rest[position] if rest is not None else ())

    def __iter__(self) -> Iterator[tuple[Array, ...]]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        matrix = self.matrix
        share = 100 * matrix.nnz / max(1, len(self) * matrix.shape[1])
        parts = [f"({matrix.shape[1]},) {matrix.dtype} with {share:.3g}% stored"]
        parts += map(describe, self.arrays)
        title = f"{self.name!r}, " if self.name else ""
        return f"{type(self).__name__}({title}{len(self)} samples: {', '.join(parts)})"

    def subset(self, indices: Any) -> SparseDataset:
        """Return the data set of the chosen samples, still sparse.

        Examples
        --------
        >>> from scipy.sparse import csr_array
        >>> len(SparseDataset(csr_array([[1.0], [0.0], [2.0]])).subset([0, 2]))
        2
        """
        if not isinstance(indices, slice):
            indices = host_indices("SparseDataset", indices, len(self))
        rest = () if self._rest is None else self._rest[indices]
        chosen = self.matrix[indices]
        return SparseDataset(chosen, *rest, class_names=self.class_names, name=self.name)


def _as_rows(matrix: Any) -> Any:
    """Return a sparse matrix in CSR form, of floating-point numbers, after looking at its shape."""
    if len(matrix.shape) != 2:
        raise ShapeError(
            f"SparseDataset: X must be (N, D), got {tuple(matrix.shape)}; each row is a sample"
        )
    if matrix.shape[0] == 0:
        raise DataError(
            f"SparseDataset: X must have at least one row, got {tuple(matrix.shape)}; "
            "check the selection or file that it comes from"
        )
    if matrix.dtype.kind not in "biuf":
        raise DTypeError(f"SparseDataset: X must hold real numbers, got {matrix.dtype}; take .real")
    rows = matrix.tocsr()
    return rows if rows.dtype.kind == "f" else rows.astype(np.float32)
