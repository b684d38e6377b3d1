"""Which class an output, or a label, means."""

from __future__ import annotations

from ...backend import is_floating, namespace
from ...errors import ShapeError
from ...typing import Array

__all__ = ["IGNORED", "labels", "predicted_classes", "require_same_shape"]

IGNORED = -100
"""The label that cross-entropy leaves out unless it is told another."""


def predicted_classes(outputs: Array) -> Array:
    """Return the class of each sample.

    Parameters
    ----------
    outputs : array
        Scores (N, K) or (N, K, ...): the class with the largest one. One score (N,) or (N, 1) of
        two classes: class 1 where it is positive. Integers: they are the classes already.

    Returns
    -------
    array of int64, (N,) or (N, ...)

    Examples
    --------
    >>> import numpy as np
    >>> predicted_classes(np.asarray([[0.1, 0.9], [0.8, 0.2]]))
    array([1, 0])
    >>> predicted_classes(np.asarray([-3.0, 2.0]))
    array([0, 1])
    """
    xp = namespace(outputs)
    if not is_floating(outputs):
        return xp.astype(outputs, xp.int64, copy=False)
    if outputs.ndim < 2 or outputs.shape[1] == 1:
        positive = outputs > 0
        if outputs.ndim >= 2:
            positive = xp.squeeze(positive, axis=1)  # (N, 1) -> (N,)
        return xp.astype(positive, xp.int64)
    return xp.astype(xp.argmax(outputs, axis=1), xp.int64, copy=False)


def labels(outputs: Array, y: Array) -> Array:
    """Return the true class of each sample as int64, in the shape of ``predicted_classes``.

    Parameters
    ----------
    outputs : array
        See `predicted_classes`.
    y : array
        Integers (N,) or (N, ...). For one score: 1, or anything positive, means class 1, so that
        labels -1 and 1 work as well as 0 and 1. Floating-point numbers in the shape of scores
        (N, K): one-hot or probabilities, the largest one counts.

    Raises
    ------
    ShapeError
        If there is not one label for each output.

    Examples
    --------
    >>> import numpy as np
    >>> labels(np.zeros((2, 3)), np.asarray([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))
    array([2, 0])
    >>> labels(np.zeros(2), np.asarray([-1, 1]))
    array([0, 1])
    """
    xp = namespace(y)
    scored = is_floating(outputs)
    several = outputs.ndim >= 2 and outputs.shape[1] > 1
    if scored and several and is_floating(y) and tuple(y.shape) == tuple(outputs.shape):
        return xp.astype(xp.argmax(y, axis=1), xp.int64, copy=False)
    shape = tuple(outputs.shape)
    if scored and outputs.ndim >= 2:
        shape = (shape[0], *shape[2:])  # (N, K, ...) -> (N, ...)
    if tuple(y.shape) not in (shape, (*shape, 1)):
        raise ShapeError(
            f"metrics: y must have one label for each output, {shape}, got {tuple(y.shape)}; "
            "pass class numbers"
        )
    y = xp.reshape(y, shape)
    if scored and not several:
        y = y > 0
    return xp.astype(y, xp.int64, copy=False)


def require_same_shape(outputs: Array, y: Array) -> Array:
    """Return `y` in the shape of `outputs`, (N, 1) and (N,) being the same.

    Raises
    ------
    ShapeError
        If there is not one target for each output: broadcasting would hide it.
    """
    wanted, given = tuple(outputs.shape), tuple(y.shape)
    if given == wanted:
        return y
    if (given == (*wanted, 1)) or (wanted == (*given, 1)):
        return namespace(y).reshape(y, wanted)
    raise ShapeError(
        f"metrics: y must have the shape of the outputs, {wanted}, got {given}; reshape one of them"
    )
