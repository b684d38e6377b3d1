"""Mirror images."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backend import asarray, device_of, namespace
from ...typing import Array
from .arguments import share
from .base import Augmentation

__all__ = ["HorizontalFlip", "VerticalFlip"]


class _Flip(Augmentation):
    axis: int

    def __init__(self, p: float = 0.5) -> None:
        self.p = share(type(self).__name__, "p", p)

    def draw(self, rng: np.random.Generator, shape: tuple[int, int, int, int]) -> np.ndarray:
        """Return which images are mirrored, (N,)."""
        return rng.random(shape[0]) < self.p

    def images(self, x: Array, drawn: Any) -> Array:
        """Mirror some."""
        xp = namespace(x)
        mirrored = asarray(drawn.reshape(-1, 1, 1, 1), "bool", device_of(x))
        return xp.where(mirrored, xp.flip(x, axis=self.axis), x)

    def masks(self, y: Array, drawn: Any) -> Array:
        """Mirror the same ones."""
        return self.images(y, drawn)


class HorizontalFlip(_Flip):
    """Exchange left and right of some images: not for letters and digits.

    Parameters
    ----------
    p : float, default 0.5
        The probability for each image.

    Examples
    --------
    >>> import numpy as np
    >>> HorizontalFlip(p=1.0)(np.asarray([[[[1.0, 2.0]]]]))
    (array([[[[2., 1.]]]]),)
    """

    axis = 3


class VerticalFlip(_Flip):
    """Exchange top and bottom of some images: for pictures that have no up, as of cells or stars.

    Parameters
    ----------
    p : float, default 0.5
        The probability for each image.

    Examples
    --------
    >>> import numpy as np
    >>> VerticalFlip(p=1.0)(np.asarray([[[[1.0], [2.0]]]]))[0].tolist()
    [[[[2.0], [1.0]]]]
    """

    axis = 2
