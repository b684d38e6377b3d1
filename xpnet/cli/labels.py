"""Arrays of a file as what a classifier needs: inputs of one shape, classes 0 ... K - 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import DataError

__all__ = ["numbered", "require_inputs"]

MANY_CLASSES = 1000


def require_inputs(path: str, parts: Sequence[np.ndarray]) -> None:
    """Raise a DataError if inputs are no numbers, or samples of the parts differ in shape."""
    for x in parts:
        if not np.issubdtype(x.dtype, np.number) or np.issubdtype(x.dtype, np.complexfloating):
            raise DataError(
                f"data: inputs in {path!r} must be numbers, got {x.dtype}; convert them to float32"
            )
    if len({x.shape[1:] for x in parts}) > 1:
        shapes = " and ".join(str(x.shape[1:]) for x in parts)
        raise DataError(
            f"data: samples of x_train and x_test in {path!r} must have one shape, got {shapes}; "
            "prepare both in the same way"
        )
    if len({x.dtype == np.uint8 for x in parts}) > 1:
        types = " and ".join(str(x.dtype) for x in parts)
        raise DataError(
            f"data: x_train and x_test in {path!r} must both be bytes or neither, got {types}; "
            "bytes of images are divided by 255: prepare both in the same way"
        )


def numbered(
    path: str, parts: Sequence[np.ndarray]
) -> tuple[list[np.ndarray], tuple[str, ...] | None]:
    """Return the labels of all parts as int64, and the names of the classes if they have some.

    Raises
    ------
    DataError
        If labels are neither integers from 0 nor names nor booleans.

    Examples
    --------
    >>> numbered("file.npz", [np.asarray(["cat", "ant", "cat"])])
    ([array([1, 0, 1])], ('ant', 'cat'))
    """
    named = [y.ndim == 1 and y.dtype.kind in "Ub" for y in parts]
    if all(named) and len({y.dtype.kind for y in parts}) == 1:
        names = np.unique(np.concatenate(parts))
        found = [np.searchsorted(names, y).astype(np.int64) for y in parts]
        return found, tuple(str(name) for name in names)
    for y in parts:
        _require_classes(path, y)
    return [y.astype(np.int64) for y in parts], None


def _require_classes(path: str, y: np.ndarray) -> None:
    whole = np.issubdtype(y.dtype, np.integer)
    if y.ndim not in (1, 3) or not whole or (y.size and y.min() < 0):
        least = f" from {y.min()}" if y.size and y.ndim in (1, 3) and y.dtype.kind in "iuf" else ""
        raise DataError(
            f"data: labels in {path!r} must be classes, integers (N,) or (N, H, W) from 0, or "
            f"names, got {y.dtype} of shape {y.shape}{least}; number them with "
            "numpy.unique(y, return_inverse=True)"
        )
    # a model has an output for each number up to the largest: memory for nothing
    if y.size and y.max() >= max(MANY_CLASSES, 10 * np.unique(y).size):
        raise DataError(
            f"data: labels in {path!r} must be numbered without large gaps, got {y.max()} with "
            f"{np.unique(y).size} different labels; number them with "
            "numpy.unique(y, return_inverse=True)"
        )
