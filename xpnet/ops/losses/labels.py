"""Class labels: what they must look like, and the distribution they stand for."""

from __future__ import annotations

import numpy as np

from ...backend import is_floating, is_integral, library_of, namespace, to_numpy
from ...backend.extra import one_hot
from ...errors import ArgumentError, DTypeError, ShapeError
from ...typing import Array

__all__ = [
    "along_classes",
    "class_axis",
    "hot",
    "nonzero",
    "require_labels",
    "require_signs",
    "require_weight",
]


def class_axis(x: Array) -> int:
    """Return which axis counts the classes: 1 in (N, K, ...), 0 in (K,)."""
    return 1 if len(x.shape) > 1 else 0


def hot(y: Array, x: Array, ignore_index: int = -1) -> Array:
    """Return the labels as rows of zeros with a one, laid out like `x`: (N, ...) -> (N, K, ...).

    Ignored labels give rows of zeros only.
    """
    xp = namespace(x, y)
    axis = class_axis(x)
    classes = x.shape[axis]
    labels = xp.astype(y, xp.int32)  # which every library can compare, unlike uint16
    if 0 <= ignore_index < classes:
        labels = xp.where(labels == ignore_index, -1, labels)
    rows = one_hot(labels, classes, x.dtype, xp)
    return rows if axis == len(x.shape) - 1 else xp.moveaxis(rows, -1, axis)


def along_classes(weight: Array, x: Array) -> Array:
    """Return class weights in a shape that broadcasts against `x`: (K,) -> (1, K, 1, ...)."""
    shape = tuple(n if i == class_axis(x) else 1 for i, n in enumerate(x.shape))
    return namespace(weight).reshape(weight, shape)


def nonzero(total: Array) -> Array:
    """Return what a mean divides by, and 1 instead of 0."""
    return namespace(total).where(total == 0, 1.0, total)


def require_labels(where: str, x: Array, y: Array, ignore_index: int | None = None) -> None:
    """Raise unless `y` holds one class label for each row of `x`.

    Whether labels are within 0 ... K-1 is looked at only where that does not wait for a device.
    """
    if not x.shape:
        raise ShapeError(f"{where}: input must be (N, K) or (K,), got (); give one score per class")
    axis = class_axis(x)
    classes = x.shape[axis]
    expected = tuple(n for i, n in enumerate(x.shape) if i != axis)
    shape = tuple(y.shape)
    if shape != expected:
        remedy = "there is one label for each row of scores"
        if shape == tuple(x.shape):
            remedy = f"turn one-hot rows into labels with xp.argmax(target, axis={axis})"
        elif shape == (*expected, 1):
            remedy = "drop its last axis with xp.squeeze(target, axis=-1)"
        raise ShapeError(
            f"{where}: target must be labels of shape {expected} for input of shape "
            f"{tuple(x.shape)}, got {shape}; {remedy}"
        )
    if not is_integral(y):
        raise DTypeError(
            f"{where}: target must be integer class labels, got {y.dtype}; convert them with "
            "xp.astype(target, xp.int64)"
        )
    if library_of(y).at_hand(y) and 0 not in shape:
        host = to_numpy(y)  # which compares integers of every kind
        if int(host.min()) < 0 or int(host.max()) >= classes:
            _require_range(where, host, classes, ignore_index)


def _require_range(where: str, y: np.ndarray, classes: int, ignore_index: int | None) -> None:
    wrong = (y < 0) | (y > classes - 1)
    if ignore_index is not None:
        wrong &= y != ignore_index
    if wrong.any():
        found = int(y[wrong].flat[0])
        also = "" if ignore_index is None else f" (or ignore_index={ignore_index})"
        remedy = "give the model one output per class"
        if found == classes:
            remedy = "labels count from 0, so subtract 1 if yours begin with 1"
        raise ArgumentError(
            f"{where}: target must be labels from 0 to {classes - 1}{also}, got {found}; {remedy}"
        )


def require_signs(where: str, y: Array) -> None:
    """Raise unless all targets are -1 or 1, where looking does not wait for a device."""
    if library_of(y).host and 0 not in y.shape:
        xp = namespace(y)
        if not xp.isdtype(y.dtype, "numeric"):
            raise DTypeError(
                f"{where}: target must be numbers -1 and 1, got {y.dtype}; convert it with "
                "2 * xp.astype(target, xp.int64) - 1"
            )
        if not bool(xp.all((y == 1) | (y == -1))):
            low, high = float(xp.min(y)), float(xp.max(y))
            raise ArgumentError(
                f"{where}: target must be -1 or 1, got values from {low:g} to {high:g}; turn "
                "labels 0 and 1 into these with 2 * target - 1"
            )


def require_weight(where: str, x: Array, weight: Array | None) -> None:
    """Raise unless there is one weight per class, of the dtype of `x`."""
    if weight is None:
        return
    classes = x.shape[class_axis(x)]
    if tuple(weight.shape) != (classes,):
        raise ShapeError(
            f"{where}: weight must be ({classes},), one for each class, got "
            f"{tuple(weight.shape)}; give as many weights as input has classes"
        )
    if not is_floating(weight) or weight.dtype != x.dtype:
        raise DTypeError(
            f"{where}: weight must have the dtype of input, {x.dtype}, got {weight.dtype}; convert "
            "it with xp.astype(weight, input.dtype)"
        )
