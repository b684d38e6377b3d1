"""Images in a grid, with titles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend import to_numpy
from ..errors import ArgumentError, DataError
from .figures import axes_for
from .pictures import many, show

__all__ = ["grid", "images"]


def images(
    images: Any,
    titles: Sequence[Any] | None = None,
    columns: int | None = None,
    axes: Any = None,
) -> Any:
    """Show images in a grid.

    Parameters
    ----------
    images : array, (N, H, W), (N, 1, H, W) or (N, 3, H, W)
        Grey ones share one scale, from the smallest to the largest number. Colours are numbers
        from 0 to 1, or bytes.
    titles : sequence, (N,), optional
        What stands above each image: text or numbers.
    columns : int, optional
        Images side by side. Default: a grid that is about as wide as high.
    axes : sequence or array of Axes, optional
        At least N. Default: a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, or titles or axes are too few.
    DataError
        If there is no image.
    ShapeError
        If the array is not one of images.

    Examples
    --------
    >>> import xpnet as xn
    >>> train, _ = xn.data.load_digits()
    >>> x, y = train[:12]
    >>> figure = xn.plot.images(x, titles=y, columns=6)
    >>> len(figure.axes)
    12
    """
    pixels = many("plot.images", images)
    n = pixels.shape[0]
    if n == 0:
        raise DataError("plot.images: images must be at least one, got none; check the selection")
    lines = [""] * n if titles is None else [str(title) for title in to_numpy(titles)]
    if len(lines) != n:
        raise ArgumentError(
            f"plot.images: titles must be {n}, one for each image, got {len(lines)}; "
            "leave them out, or pass as many"
        )
    if columns is not None and columns < 1:
        raise ArgumentError(
            f"plot.images: columns must be at least 1, got {columns}; leave it out for a square"
        )
    return grid("plot.images", pixels, lines, columns, axes)


def grid(
    where: str, pixels: np.ndarray, titles: Sequence[str], columns: int | None, axes: Any
) -> Any:
    """Draw pictures of (H, W) or (H, W, 3) with their titles; see `images`."""
    width = max(1.1, 0.085 * max(len(line) for title in titles for line in title.split("\n")))
    height = width * pixels.shape[1] / pixels.shape[2] + (0.25 if any(titles) else 0.0)
    n = pixels.shape[0]
    figure, found = axes_for(where, axes, n, (width, height), columns or math.ceil(math.sqrt(n)))
    low, high = float(pixels.min()), float(pixels.max())
    for ax, picture, title in zip(found, pixels, titles, strict=True):
        show(ax, picture, low, high)
        ax.set_title(title, fontsize=9, pad=3)
    return figure
