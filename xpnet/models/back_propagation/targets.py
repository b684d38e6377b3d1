"""Class labels and numbers as rows that a cost can compare with the outputs."""

from __future__ import annotations

from ...backend import namespace
from ...backend.extra import one_hot
from ...errors import ShapeError
from ...typing import Array

__all__ = ["as_rows"]


def as_rows(where: str, y: Array, a: Array) -> Array:
    """Return targets as (N, K), in the data type of the outputs.

    Parameters
    ----------
    where : str
        Who asks, for messages.
    y : (N, K), or (N,)
        Integers of shape (N,) are class labels where there are several outputs; (N,) is a column
        where there is one.
    a : (N, K)
        The outputs.

    Raises
    ------
    ShapeError
        If they fit neither way.

    Examples
    --------
    >>> import numpy as np
    >>> as_rows("fit", np.asarray([2, 0]), np.zeros((2, 3)))
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    xp = namespace(y, a)
    n, k = a.shape
    if tuple(y.shape) == (n, k):
        return xp.astype(y, a.dtype)
    if tuple(y.shape) == (n,) and k == 1:
        return xp.astype(xp.expand_dims(y, axis=1), a.dtype)  # (N,) -> (N, 1)
    if tuple(y.shape) == (n,) and xp.isdtype(y.dtype, "integral"):
        return one_hot(xp.astype(y, xp.int32), k, a.dtype, xp)  # (N,) -> (N, K)
    raise ShapeError(
        f"{where}: y must be ({n}, {k}), a row for each of the {n} outputs, or ({n},) class labels "
        f"as integers, got {tuple(y.shape)} {y.dtype}; give as many targets as samples"
    )
