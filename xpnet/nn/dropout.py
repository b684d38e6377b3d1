"""Dropout as a layer."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError
from ..ops.dropout import require_probability
from . import functional
from .module import Module

__all__ = ["Dropout"]


class Dropout(Module):
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

    def __init__(self, p: float = 0.5) -> None:
        if not isinstance(p, int | float):
            raise ArgumentError(
                f"Dropout: p must be a number from 0 to 1, got {p!r}; 0.5 is usual for hidden units"
            )
        require_probability("Dropout", p)
        self.p = p

    def forward(self, x: Any) -> Any:
        """Drop elements, if in training."""
        return functional.dropout(x, self.p, self.training)
