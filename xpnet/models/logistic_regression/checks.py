"""What the arguments of logistic regression must look like."""

from __future__ import annotations

import math
import numbers
from typing import Any

from ...backend import is_floating, library_of, namespace, require_one_library, unwrap
from ...errors import ArgumentError, DataError, DTypeError, ShapeError
from ...typing import Array

__all__ = ["require_descent", "require_floats", "require_samples", "require_unit"]


def require_samples(where: str, x: Array, y: Array) -> None:
    """Raise unless x is (m, D), of floating point, and y (m,), of 0 and 1, m at least 1.

    Whether labels are 0 and 1 is looked at only where that does not wait for a device.
    """
    require_one_library(where, (x, y))
    require_floats(where, x)
    _require_labels(where, x.shape[0], y)


def require_floats(where: str, x: Array) -> None:
    """Raise unless x is (m, D) and of floating point."""
    if len(x.shape) != 2:
        raise ShapeError(
            f"{where}: x must be (m, D), one sample in each row, got {tuple(x.shape)}; flatten "
            "images with xp.reshape(x, (x.shape[0], -1))"
        )
    if not is_floating(x):
        raise DTypeError(
            f"{where}: x must be of floating point, got {x.dtype}; convert it with "
            "xp.astype(x, xp.float32)"
        )


def _require_labels(where: str, m: int, y: Array) -> None:
    if tuple(y.shape) != (m,):
        remedy = "there is one label for each row of x"
        if tuple(y.shape) in ((m, 1), (1, m)):
            remedy = "make one row of labels with xp.reshape(y, (-1,))"
        raise ShapeError(f"{where}: y must be ({m},), got {tuple(y.shape)}; {remedy}")
    if m == 0:
        raise DataError(f"{where}: x must have at least one sample, got none; check the selection")
    bare = unwrap(y)
    if library_of(bare).host:
        xp = namespace(bare)
        if not bool(xp.all((bare == 0) | (bare == 1))):
            low, high = float(xp.min(bare)), float(xp.max(bare))
            remedy = "compare them with the class that is to be 1, as in y == 3"
            if low == -1 and high == 1:
                remedy = "turn labels -1 and 1 into these with (y + 1) / 2"
            raise ArgumentError(
                f"{where}: y must be 0 or 1, got values from {low:g} to {high:g}; {remedy}"
            )


def require_unit(where: str, w: Array, b: Array, x: Array) -> None:
    """Raise unless w is (D,) and b a single number, of the dtype of x (m, D)."""
    require_one_library(where, (w, b, x))
    d = x.shape[1]
    if tuple(w.shape) != (d,) or tuple(b.shape) != ():
        raise ShapeError(
            f"{where}: w and b must be ({d},) and () for x of shape {tuple(x.shape)}, got "
            f"{tuple(w.shape)} and {tuple(b.shape)}; zeros of these shapes are a good beginning"
        )
    if w.dtype != x.dtype or b.dtype != x.dtype:
        raise DTypeError(
            f"{where}: w and b must have the dtype of x, {x.dtype}, got {w.dtype} and {b.dtype}; "
            "convert them with xp.astype(w, x.dtype)"
        )


def require_descent(where: str, lr: Any, steps: Any) -> None:
    """Raise unless the learning rate is positive and finite, and the steps are counted."""
    number = isinstance(lr, numbers.Real) and not isinstance(lr, bool)
    if not (number and 0 < lr < math.inf):
        raise ArgumentError(
            f"{where}: lr must be a positive number, got {lr!r}; 0.1 is a usual value for "
            "features of about 1"
        )
    whole = isinstance(steps, numbers.Integral) and not isinstance(steps, bool)
    if not (whole and steps >= 0):
        raise ArgumentError(
            f"{where}: steps must be an integer >= 0, got {steps!r}; 1000 is a usual value"
        )
