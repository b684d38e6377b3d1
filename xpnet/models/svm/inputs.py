"""What the support vector machines take: samples, labels -1 and 1, weights, C."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...backend import DEFAULT_FLOAT, is_array, is_floating, namespace, to_numpy, unwrap
from ...errors import ArgumentError, DataError, DTypeError, ShapeError
from ...typing import Array

__all__ = ["bounds", "class_numbers", "require_count", "samples", "signs"]


def samples(where: str, x: Any, fitting: bool = False) -> Array:
    """Return `x` as a bare floating array (N, D); axes after the first are flattened.

    Raises
    ------
    DTypeError
        If it is no array.
    ShapeError
        If it has no axis of features.
    DataError
        If it is to be learnt from, and is empty or holds a NaN or an infinity.

    Examples
    --------
    >>> samples("fit", np.ones((2, 1, 2), np.float32)).shape
    (2, 2)
    """
    x = unwrap(x)
    if not is_array(x):
        raise DTypeError(
            f"{where}: x must be an array, got a {type(x).__name__}; convert it with xn.asarray(x)"
        )
    if len(x.shape) < 2:
        raise ShapeError(
            f"{where}: x must be (N, D), got {tuple(x.shape)}; give one row for each sample"
        )
    xp = namespace(x)
    x = xp.reshape(x, (x.shape[0], math.prod(x.shape[1:])))
    if not is_floating(x):
        x = xp.astype(x, getattr(xp, DEFAULT_FLOAT))
    if fitting:
        if not math.prod(x.shape):
            raise DataError(
                f"{where}: x must hold samples with features, got {tuple(x.shape)}; check how the "
                "data were selected"
            )
        if not bool(xp.all(xp.isfinite(x))):
            raise DataError(
                f"{where}: x must be finite, got a NaN or an infinity; remove those samples or "
                "fill the gaps"
            )
    return x


def signs(where: str, y: Any, n: int) -> np.ndarray:
    """Return the labels on the host, (N,) of -1.0 and 1.0.

    Raises
    ------
    ShapeError
        If there is not one for each sample.
    ArgumentError
        If there are others than -1 and 1, or one class only.

    Examples
    --------
    >>> signs("fit", [1, -1], 2)
    array([ 1., -1.])
    """
    labels = _labels(where, y, n)
    found = np.unique(labels)
    if not np.isin(found, (-1, 1)).all():
        shown = ", ".join(str(label) for label in found[:5].tolist())
        raise ArgumentError(
            f"{where}: y must hold -1 and 1, got {shown}; of classes 0 and 1 make it with 2 * y - 1"
        )
    if len(found) < 2:
        raise ArgumentError(
            f"{where}: y must hold both classes, -1 and 1, got {int(found[0])} only; there is no "
            "margin to one class alone"
        )
    return labels.astype(np.float64)


def class_numbers(where: str, y: Any, n: int, classes: int) -> np.ndarray:
    """Return the labels on the host, (N,) of 0 ... K-1.

    Raises
    ------
    ShapeError
        If there is not one for each sample.
    ArgumentError
        If there are others, or one class only.

    Examples
    --------
    >>> class_numbers("fit", [2, 0, 1], 3, 3)
    array([2, 0, 1])
    """
    labels = _labels(where, y, n)
    found = np.unique(labels)
    if not np.isin(found, np.arange(classes)).all() or len(found) < 2:
        shown = ", ".join(str(label) for label in found[:5].tolist())
        raise ArgumentError(
            f"{where}: y must hold at least two of the classes 0 ... {classes - 1}, got {shown}; "
            "number the classes from 0"
        )
    return labels.astype(np.int64)


def _labels(where: str, y: Any, n: int) -> np.ndarray:
    labels = to_numpy(y)
    if labels.shape != (n,):
        raise ShapeError(
            f"{where}: y must be ({n},), got {tuple(labels.shape)}; give one label for each row "
            "of x"
        )
    return labels


def bounds(where: str, C: float, sample_weight: Any, n: int) -> np.ndarray:
    """Return C_i = C times the weight of the sample, (N,), on the host.

    Raises
    ------
    ArgumentError
        If C is not positive, or a weight is negative or not finite.
    ShapeError
        If there is not one weight for each sample.

    Examples
    --------
    >>> bounds("fit", 10.0, [1.0, 0.5], 2)
    array([10.,  5.])
    """
    if isinstance(C, bool) or not (C > 0 and math.isfinite(C)):
        raise ArgumentError(
            f"{where}: C must be a number > 0, got {C!r}; 1.0 is a good start, and the larger it "
            "is the fewer samples lie within the margin"
        )
    if sample_weight is None:
        return np.full(n, float(C))
    weight = to_numpy(sample_weight).astype(np.float64)
    if weight.shape != (n,):
        raise ShapeError(
            f"{where}: sample_weight must be ({n},), got {tuple(weight.shape)}; give one weight "
            "for each row of x"
        )
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ArgumentError(
            f"{where}: sample_weight must be finite and >= 0, got {float(weight.min())!r} among "
            "them; a weight of 0 leaves a sample out"
        )
    return float(C) * weight


def require_count(where: str, argument: str, value: Any) -> None:
    """Raise an ArgumentError unless `value` is an integer of at least 1.

    Examples
    --------
    >>> require_count("fit", "epochs", 0)
    Traceback (most recent call last):
    xpnet.errors.ArgumentError: fit: epochs must be an integer >= 1, got 0; it counts something
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(
            f"{where}: {argument} must be an integer >= 1, got {value!r}; it counts something"
        )
