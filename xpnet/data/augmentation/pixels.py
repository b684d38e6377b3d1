"""Moving pixels: every image of a batch gets pixels from places of its own.

Places are integers, so they are the same on every library; what lies outside of an image has one
value.
"""

from __future__ import annotations

import numpy as np

from ...backend import asarray, device_of, is_floating, namespace
from ...typing import Array

__all__ = ["take_pixels", "take_rows_and_columns"]


def take_pixels(x: Array, rows: Array, columns: Array, fill: float = 0.0) -> Array:
    """Return the pixels at these places: (N, C, H, W) -> (N, C, H', W').

    Parameters
    ----------
    x : array, (N, C, H, W)
    rows, columns : array of int32, broadcasting to (N, H', W')
        Of the library and on the device of `x`.
    fill : float
        The value of a place outside of the image.

    Examples
    --------
    >>> x = np.asarray([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> take_pixels(x, np.asarray([[[1], [2]]]), np.asarray([[[0, 1]]]))
    array([[[[3., 4.],
             [0., 0.]]]])
    """
    xp = namespace(x)
    n, c, h, w = x.shape
    inside = (rows >= 0) & (rows < h) & (columns >= 0) & (columns < w)  # (N, H', W')
    place = xp.where(inside, rows * w + columns, xp.zeros_like(rows))
    first = xp.arange(n, dtype=place.dtype, device=x.device) * (h * w)
    place = place + xp.reshape(first, (n, 1, 1))
    # (N, C, H, W) -> (N H W, C)
    pixels = xp.reshape(xp.permute_dims(x, (0, 2, 3, 1)), (n * h * w, c))
    taken = xp.take(pixels, xp.reshape(place, (-1,)), axis=0)  # (N H' W', C)
    taken = xp.reshape(taken, (*place.shape, c))
    out = xp.permute_dims(taken, (0, 3, 1, 2))  # (N, H', W', C) -> (N, C, H', W')
    value = xp.full_like(out, fill if is_floating(x) else int(fill))
    return xp.where(xp.expand_dims(inside, axis=1), out, value)


def take_rows_and_columns(
    x: Array, rows: np.ndarray, columns: np.ndarray, fill: float = 0.0
) -> Array:
    """Return the pixels where these rows and columns of each image cross.

    Parameters
    ----------
    x : array, (N, C, H, W)
    rows : NumPy array of integers, (N, H')
    columns : NumPy array of integers, (N, W')
    fill : float

    Returns
    -------
    array, (N, C, H', W')

    Examples
    --------
    >>> x = np.asarray([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> take_rows_and_columns(x, np.asarray([[1]]), np.asarray([[-1, 0, 1]]))
    array([[[[0., 3., 4.]]]])
    """
    xp, home = namespace(x), device_of(x)
    down = xp.expand_dims(asarray(rows, "int32", home), axis=2)  # (N, H', 1)
    across = xp.expand_dims(asarray(columns, "int32", home), axis=1)  # (N, 1, W')
    down, across = xp.broadcast_arrays(down, across)
    return take_pixels(x, down, across, fill)
