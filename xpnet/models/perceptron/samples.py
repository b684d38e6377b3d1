"""What samples and labels must be, and the form in which the rules see them.

A sample x_i with the label y_i is misclassified if y_i (w·x_i + b) <= 0. With the bias as one more
weight, v = (w, b), and the label drawn into the sample, z_i = y_i (x_i, 1), that reads v·z_i <= 0,
and the correction w += η y_i x_i, b += η y_i reads v += η z_i: one product asks all samples.
"""

from __future__ import annotations

import math
from typing import Any

from ...backend import (
    DEFAULT_FLOAT,
    device_of,
    dtype_of,
    is_array,
    is_floating,
    namespace,
    require_one_home,
    to_numpy,
    unwrap,
)
from ...errors import ArgumentError, DataError, DTypeError, ShapeError
from ...typing import Array

__all__ = ["require_count", "require_rate", "signed_samples"]


def signed_samples(where: str, x: Any, y: Any) -> Array:
    """Return z_i = y_i (x_i, 1) as rows, (N, D + 1), for samples and labels that make sense.

    Raises
    ------
    ShapeError, DTypeError, DataError
        If they do not.

    Examples
    --------
    >>> import numpy as np
    >>> signed_samples("learn", np.asarray([[2.0, 3.0], [4.0, 5.0]]), np.asarray([1, -1]))
    array([[ 2.,  3.,  1.],
           [-4., -5., -1.]])
    """
    x, y = unwrap(x), unwrap(y)
    for name, value in (("x", x), ("y", y)):
        if not is_array(value):
            raise DTypeError(
                f"{where}: {name} must be an array, got {type(value).__name__}; convert it with "
                "xn.asarray"
            )
    require_one_home(where, (x, y))
    xp = namespace(x, y)
    shape = tuple(x.shape)
    if len(shape) != 2:
        raise ShapeError(
            f"{where}: x must be (N, D), got {shape}; one row for each sample, reshape the others"
        )
    if tuple(y.shape) != shape[:1]:
        raise ShapeError(
            f"{where}: y must be ({shape[0]},), one label for each sample, got {tuple(y.shape)}; "
            "reshape it, or pass the labels of these samples"
        )
    if 0 in shape:
        raise DataError(f"{where}: x must have samples and features, got {shape}; add some")
    if not xp.isdtype(x.dtype, ("real floating", "integral")):
        raise DTypeError(f"{where}: x must be real numbers, got {x.dtype}; convert it to float32")
    if not is_floating(x):
        x = xp.astype(x, dtype_of(xp, DEFAULT_FLOAT))
    if not _true(xp.all(xp.isfinite(x))):
        raise DataError(f"{where}: x must be finite, got NaN or infinity; leave out those samples")
    if xp.isdtype(y.dtype, "bool") or not _true(xp.all((y == 1) | (y == -1))):
        raise DataError(
            f"{where}: y must be -1 and 1, got other labels ({y.dtype}); of 0 and 1, make them by "
            "2 * y - 1"
        )
    one = xp.ones((shape[0], 1), dtype=x.dtype, device=device_of(x).native)
    y = xp.astype(y, x.dtype)[:, None]  # (N,) -> (N, 1)
    return y * xp.concat([x, one], axis=1)


def _true(x: Array) -> bool:
    return bool(to_numpy(x))


def require_count(where: str, argument: str, value: Any) -> int:
    """Return a whole number from 1 on, or raise.

    Examples
    --------
    >>> require_count("learn", "max_updates", 0)
    Traceback (most recent call last):
    xpnet.errors.ArgumentError: learn: max_updates must be a positive integer, got 0; 10000 is usual
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(
            f"{where}: {argument} must be a positive integer, got {value!r}; 10000 is usual"
        )
    return value


def require_rate(where: str, lr: Any) -> float:
    """Return a learning rate, or raise.

    Examples
    --------
    >>> require_rate("learn", 1)
    1.0
    """
    if isinstance(lr, bool) or not isinstance(lr, int | float) or not 0 < lr < math.inf:
        raise ArgumentError(f"{where}: lr must be a positive number, got {lr!r}; 1.0 is usual")
    return float(lr)
