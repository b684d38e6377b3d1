"""Dropout as layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ..errors import ArgumentError
from ..ops.dropout import require_probability
from . import functional
from .module import Module

__all__ = ["Dropout", "Dropout1d", "Dropout2d"]


class _Dropout(Module):
    drop: ClassVar[Callable[..., Any]]

    def __init__(self, p: float = 0.5) -> None:
        where = type(self).__name__
        if not isinstance(p, int | float):
            raise ArgumentError(
                f"{where}: p must be a number from 0 to 1, got {p!r}; 0.5 is usual for hidden units"
            )
        require_probability(where, p)
        self.p = p

    def forward(self, x: Any) -> Any:
        """Drop elements or channels, if in training."""
        return type(self).drop(x, self.p, self.training)


class Dropout(_Dropout):
    """In training, set elements to zero with probability p and scale the others by 1 / (1 - p).

    In evaluation (``model.eval()``, ``model.predict(x)``) it does nothing.

    Parameters
    ----------
    p : float
        From 0 to 1.

    Raises
    ------
    ArgumentError
        If p is no probability.

    Examples
    --------
    >>> import xpnet as xn
    >>> layer = xn.nn.Dropout(0.5)
    >>> layer.predict(xn.asarray([1.0, 2.0]))
    array([1., 2.], dtype=float32)
    """

    drop = staticmethod(functional.dropout)


class Dropout2d(_Dropout):
    """In training, set whole channels of images to zero: (N, C, H, W), as it came.

    Neighbouring pixels resemble each other, so :class:`Dropout` hides little of an image. Here each
    channel of each image is zero with probability p, and scaled by 1 / (1 - p) otherwise.

    Parameters
    ----------
    p : float
        From 0 to 1.

    Raises
    ------
    ArgumentError
        If p is no probability.
    ShapeError
        If the input is not (N, C, H, W).

    References
    ----------
    J. Tompson, R. Goroshin, A. Jain, Y. LeCun, C. Bregler, "Efficient object localization using
    convolutional networks", CVPR 2015, section 3.2.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> xn.manual_seed(0)
    >>> xn.nn.Dropout2d(0.5)(np.ones((1, 4, 2, 2))).data[0, :, 0, 0]
    array([0., 0., 2., 0.])
    """

    drop = staticmethod(functional.dropout2d)


class Dropout1d(_Dropout):
    """In training, set whole channels of sequences to zero: (N, C, L); see :class:`Dropout2d`."""

    drop = staticmethod(functional.dropout1d)
