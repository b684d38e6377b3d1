"""Samples with their targets and weights, as an estimator hands them to a training."""

from __future__ import annotations

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
        first, second = train_test_split(
            np.arange(self.size),
            test_size=share,
            random_state=seed,
            stratify=self.y if stratify and self.y.ndim == 1 else None,
        )
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
