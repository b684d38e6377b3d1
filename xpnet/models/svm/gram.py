"""The kernel matrix of a training set, whole if it fits into memory, else by rows.

Where the data live, the matrix is computed; the solver on the host asks for parts of it:

* of few samples all (N, N) numbers are computed at once, in double precision, and kept;
* of many, the rows that are asked for are computed together, by one product of matrices, and as
  many of them are kept as fit under a limit, those last used. Rows of samples that are far from the
  margin are never asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np

from ...backend import asarray, device_of, library_of, namespace, to_numpy
from ...backend.extra import write
from ...typing import Array
from .kernels import KernelFunction

__all__ = ["FEW", "PIECE", "Gram", "in_batches", "in_double"]

FEW = 2000
"""Up to so many samples the matrix is computed whole."""

PIECE = 1 << 22
"""How many numbers of a kernel are computed at a time: with what is needed on the way, 0.1 GB."""


class Gram:
    """Parts of the kernel matrix of the rows of `x`.

    Parameters
    ----------
    kernel : callable, or None
        (N, D), (M, D) -> (N, M). None: `x` is the matrix itself, (N, N).
    x : array
    cache_size : float
        Megabytes (10⁶ bytes) that the numbers which are kept may take.

    Examples
    --------
    >>> gram = Gram(lambda x, z: x @ z.T, np.asarray([[1.0], [2.0], [3.0]]))
    >>> gram.block(np.asarray([0, 2]))
    array([[1., 3.],
           [3., 9.]])
    >>> gram.product(np.asarray([1]), np.asarray([10.0]))
    array([20., 40., 60.])
    """

    def __init__(self, kernel: KernelFunction | None, x: Array, cache_size: float = 1000.0) -> None:
        self.kernel, self.x, self.cache_size = kernel, x, cache_size
        self.n = int(x.shape[0])
        row = max(self.n, 1) * namespace(x).finfo(x.dtype).bits / 8  # in bytes
        self.rows_kept = int(cache_size * 1e6 / row)
        self._rows: OrderedDict[int, Array] = OrderedDict()
        self._whole: Array | None = None
        if kernel is None:
            self._whole = x
        elif self.n <= min(FEW, self.rows_kept):
            self._whole = in_batches(kernel, x, x)

    def rows(self, chosen: np.ndarray) -> Array:
        """Return rows of the matrix: (q,) indices on the host -> (q, N), where the data live."""
        if self._whole is not None:
            return self._take(self._whole, chosen, 0)
        missing = np.asarray([i for i in chosen.tolist() if i not in self._rows], dtype=np.int64)
        if not self.rows_kept:
            return self._compute(chosen)
        if len(missing):
            xp = namespace(self.x)
            fresh = self._compute(missing)
            for place, i in enumerate(missing.tolist()):
                # a copy: a view would keep all rows alive that were computed with it
                self._rows[i] = xp.asarray(fresh[place, :], copy=True)
        for i in chosen.tolist():
            self._rows.move_to_end(i)
        found = namespace(self.x).stack([self._rows[i] for i in chosen.tolist()])
        while len(self._rows) > self.rows_kept:
            self._rows.popitem(last=False)
        return found

    def block(self, chosen: np.ndarray) -> np.ndarray:
        """Return K_ij for i and j among the chosen, on the host, in float64: (q,) -> (q, q)."""
        return self.block_of(self.rows(chosen), chosen)

    def product(self, chosen: np.ndarray, beta: np.ndarray) -> np.ndarray:
        """Return Σ_j K_ij β_j over the chosen j, for all i, on the host: (q,), (q,) -> (N,)."""
        return self.product_of(self.rows(chosen), beta)

    def subset(self, chosen: np.ndarray) -> Gram:
        """Return the matrix of some of the rows: of two classes out of many, say."""
        if self._whole is not None:
            both = self._take(self._take(self._whole, chosen, 0), chosen, 1)
            return Gram(None, both, self.cache_size)
        return Gram(self.kernel, self._take(self.x, chosen, 0), self.cache_size)

    def block_of(self, rows: Array, chosen: np.ndarray) -> np.ndarray:
        """Return what :meth:`block` does, of the rows of the chosen."""
        everything = len(chosen) == self.n
        part = rows if everything else self._take(rows, chosen, 1)
        return np.array(to_numpy(part), dtype=np.float64, order="C")

    def product_of(self, rows: Array, beta: np.ndarray) -> np.ndarray:
        """Return what :meth:`product` does, of the rows of the chosen."""
        xp = namespace(rows)
        weights = xp.astype(asarray(beta, device=device_of(rows)), rows.dtype)
        return np.asarray(to_numpy(xp.matmul(weights, rows)), dtype=np.float64)  # (q,) (q, N)

    def _compute(self, chosen: np.ndarray) -> Array:
        if self.kernel is None:
            return self._take(self.x, chosen, 0)
        return in_batches(self.kernel, self._take(self.x, chosen, 0), self.x)

    def _take(self, x: Array, chosen: np.ndarray, axis: int) -> Array:
        if len(chosen) == self.n and np.array_equal(chosen, np.arange(self.n)):
            return x
        return namespace(x).take(x, asarray(chosen, device=device_of(x)), axis=axis)


def in_batches(kernel: KernelFunction, x: Array, z: Array) -> Array:
    """Return ``kernel(x, z)``, computed in pieces that bound the memory needed on the way.

    Examples
    --------
    >>> in_batches(lambda x, z: x @ z.T, np.ones((3, 2)), np.ones((1, 2)))
    array([[2.],
           [2.],
           [2.]])
    """
    n = x.shape[0]
    step = max(1, PIECE // max(1, z.shape[0]))
    if n <= step:
        return kernel(x, z)
    xp = namespace(x)
    whole: Any = xp.empty((n, z.shape[0]), dtype=x.dtype, device=library_of(x).device(x))
    for i in range(0, n, step):
        part = slice(i, min(i + step, n))
        whole = write(whole, (part, slice(None)), kernel(x[part, :], z))
    return whole


def in_double(x: Array) -> Array:
    """Return `x` in double precision where its device has that, else as it is.

    Examples
    --------
    >>> in_double(np.ones(2, np.float32)).dtype
    dtype('float64')
    """
    xp = namespace(x)
    kinds = xp.__array_namespace_info__().dtypes(device=device_of(x).native, kind="real floating")
    return xp.astype(x, kinds.get("float64", x.dtype), copy=False)
