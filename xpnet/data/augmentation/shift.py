"""Moving images by whole pixels, and cutting pieces out of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import ShapeError
from ...typing import Array
from .arguments import number, size_of, whole_number
from .base import Augmentation
from .pixels import take_rows_and_columns

__all__ = ["RandomCrop", "Shift"]


class _Moved(Augmentation):
    """Rows and columns of each image, (N, H') and (N, W'), are what is drawn."""

    fill: float
    mask_fill: float

    def _set_fill(self, fill: float, mask_fill: float) -> None:
        where = type(self).__name__
        self.fill = number(where, "fill", fill)
        self.mask_fill = number(where, "mask_fill", mask_fill)

    def images(self, x: Array, drawn: Any) -> Array:
        """Move the images."""
        rows, columns = drawn
        return take_rows_and_columns(x, rows, columns, self.fill)

    def masks(self, y: Array, drawn: Any) -> Array:
        """Move the masks in the same way."""
        rows, columns = drawn
        return take_rows_and_columns(y, rows, columns, self.mask_fill)


class Shift(_Moved):
    """Move each image by up to some pixels up or down, and left or right.

    Parameters
    ----------
    pixels : int, default 2
        Every whole number from -pixels to pixels is equally likely, in both directions.
    fill : float, default 0.0
        The value of new pixels at the border.
    mask_fill : int, default 0
        The same for masks: the class of the background, or -100, which the cross-entropy leaves
        out.

    Examples
    --------
    >>> import numpy as np
    >>> shift = Shift(1)
    >>> x, = shift(np.ones((8, 1, 3, 3)))
    >>> sorted(set(x.sum(axis=(1, 2, 3)).tolist()))  # a row, a column, both or nothing is lost
    [4.0, 6.0, 9.0]
    """

    def __init__(self, pixels: int = 2, fill: float = 0.0, mask_fill: int = 0) -> None:
        self.pixels = whole_number("Shift", "pixels", pixels, 1)
        self._set_fill(fill, mask_fill)

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, int, int, int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows and columns that each image gets."""
        n, _, h, w = shape
        down, across = rng.integers(-self.pixels, self.pixels + 1, size=(2, n, 1))
        return np.arange(h) - down, np.arange(w) - across


class RandomCrop(_Moved):
    """Cut a piece out of each image, after padding it.

    Parameters
    ----------
    size : int or tuple of two, optional
        H' and W'. Default: the size of the images, which needs a padding.
    padding : int, default 4
        Pixels that are added on all four sides first.
    fill, mask_fill
        The values of these; see :class:`Shift`.

    Raises
    ------
    ShapeError
        If a padded image is smaller than the piece.

    Notes
    -----
    With the defaults it is the augmentation of K. He et al., 2015, *Deep residual learning for
    image recognition*, section 4.2, together with :class:`HorizontalFlip`.

    Examples
    --------
    >>> import numpy as np
    >>> RandomCrop(24, padding=0)(np.zeros((5, 3, 28, 28)))[0].shape
    (5, 3, 24, 24)
    """

    def __init__(
        self, size: Any = None, padding: int = 4, fill: float = 0.0, mask_fill: int = 0
    ) -> None:
        self.size = None if size is None else size_of("RandomCrop", size)
        self.padding = whole_number("RandomCrop", "padding", padding, 0 if size is not None else 1)
        self._set_fill(fill, mask_fill)

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, int, int, int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows and columns that each image gets."""
        n, _, h, w = shape
        height, width = self.size or (h, w)
        free = h + 2 * self.padding - height, w + 2 * self.padding - width
        if min(free) < 0:
            raise ShapeError(
                f"RandomCrop: images must have at least {height} x {width} pixels with padding, "
                f"got {h} x {w} and padding {self.padding}; take a smaller size or a larger padding"
            )
        top = rng.integers(0, free[0] + 1, size=(n, 1)) - self.padding
        left = rng.integers(0, free[1] + 1, size=(n, 1)) - self.padding
        return top + np.arange(height), left + np.arange(width)
