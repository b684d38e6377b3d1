"""Samples with their targets and weights, as an estimator hands them to a training."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split

from ..backend import asarray, device_of, dtype_name, namespace
from ..typing import Array
from .features import is_foreign

__all__ = ["Samples"]


class Samples(NamedTuple):
    """What a network is trained or measured on.

    Attributes
    ----------
    x : array (N, D) or (N, C, H, W), or CSR matrix (N, D)
        Of any library.
    y : ndarray
        Encoded targets, on the host: classes (N,), or numbers (N, K).
    weights : ndarray, (N,), or None
    """

    x: Any
    y: np.ndarray
    weights: np.ndarray | None = None

    @property
    def size(self) -> int:
        """N."""
        return int(self.x.shape[0])

    @property
    def total_weight(self) -> float:
        """The sum of the weights: N where there are none."""
        return float(self.size if self.weights is None else np.sum(self.weights))

    def batch_size(self, wanted: int | str, no_single: bool = False) -> int:
        """Return the size of batches: no larger than N, and 200 at most for "auto".

        Parameters
        ----------
        wanted : int or "auto"
        no_single : bool
            Change the size a little, where a batch of one sample would be left over.

        Examples
        --------
        >>> samples = Samples(np.zeros((101, 3)), np.zeros(101))
        >>> samples.batch_size("auto"), samples.batch_size(20), samples.batch_size(20, True)
        (101, 20, 19)
        """
        if wanted != "auto" and int(wanted) > self.size:
            warnings.warn("Got `batch_size` larger than sample size; it is clipped", stacklevel=2)
        size = min(200 if wanted == "auto" else int(wanted), self.size)
        if not no_single or size == 1:
            return size
        sizes = [*range(size, 1, -1), *range(size + 1, self.size + 1)]
        found: int = next(n for n in sizes if self.size % n != 1)
        return found

    def rows(self, indices: np.ndarray) -> Samples:
        """Return some of the samples."""
        if is_foreign(self.x):
            where = asarray(indices, device=device_of(self.x))
            x = namespace(self.x).take(self.x, where, axis=0)
        else:
            x = self.x[indices]
        weights = None if self.weights is None else self.weights[indices]
        return Samples(x, self.y[indices], weights)

    def split(self, share: float, seed: int, stratify: bool) -> tuple[Samples, Samples]:
        """Return two parts, of which the second is a share of the samples.

        Parameters
        ----------
        share : float
        seed : int
        stratify : bool
            Let both parts have the classes in the same proportion.
        """
        try:
            first, second = train_test_split(
                np.arange(self.size),
                test_size=share,
                random_state=seed,
                stratify=self.y if stratify and self.y.ndim == 1 else None,
            )
        except ValueError as error:
            raise ValueError(
                f"validation_fraction must leave samples of each class in both parts of "
                f"{self.size}, got {share}: {error}; give validation_data instead"
            ) from error
        return self.rows(first), self.rows(second)

    def arrays(self) -> tuple[Any, ...]:
        """Return (x, y) or (x, y, weights), all in the library and on the device of x."""
        parts = [self.y] if self.weights is None else [self.y, self.weights]
        return (self.x, *(self._beside_x(part) for part in parts))

    def _beside_x(self, values: np.ndarray) -> Array:
        # a device may have no float64, so the precision is that of x
        dtype = dtype_name(self.x.dtype) if values.dtype.kind == "f" else values.dtype.name
        if is_foreign(self.x):
            return asarray(values, dtype=dtype, device=device_of(self.x))
        return values.astype(dtype, copy=False)
