"""What the weights of samples must be."""

from __future__ import annotations

import numpy as np

from ..backend import dtype_name, namespace
from ..errors import DataError, DTypeError, ShapeError
from ..typing import Array

__all__ = ["require_positive", "require_weights"]


def require_weights(where: str, x: Array, weights: Array) -> None:
    """Raise unless `weights` has a number for each of the samples `x`; looks at no value."""
    if tuple(weights.shape) != tuple(x.shape[:1]):
        raise ShapeError(
            f"{where}: weights must be ({x.shape[0]},), one for each sample, got "
            f"{tuple(weights.shape)}; the third array of a data set holds weights"
        )
    if not namespace(weights).isdtype(weights.dtype, ("real floating", "integral")):
        raise DTypeError(
            f"{where}: weights must be real numbers, got {dtype_name(weights.dtype)}; convert "
            "them with xp.astype(weights, xp.float32)"
        )


def require_positive(where: str, weights: np.ndarray) -> None:
    """Raise a DataError if a weight is negative, or none is positive.

    Examples
    --------
    >>> require_positive("fit", np.asarray([1.0, 0.0, 2.0]))
    """
    if weights.min() < 0:
        first = int(np.argmax(weights < 0))
        raise DataError(
            f"{where}: weights must be >= 0, got {weights[first]} in sample {first}; a weight of "
            "0 leaves a sample out"
        )
    if not weights.any():
        raise DataError(
            f"{where}: weights must not all be 0, got {weights.size} of them; there is nothing "
            "to learn from"
        )
