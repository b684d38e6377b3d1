"""Flatten as a layer: what stands between images and dense layers."""

from __future__ import annotations

from typing import Any

from . import functional
from .module import Module

__all__ = ["Flatten"]


class Flatten(Module):
    """Join axes, by default all but the first: (N, C, H, W) -> (N, C·H·W).

    Parameters
    ----------
    start_dim, end_dim : int
        First and last of the axes that are joined.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Flatten()(xn.asarray([[[1.0, 2.0], [3.0, 4.0]]])).shape
    (1, 4)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x: Any) -> Any:
        """Join the axes."""
        return functional.flatten(x, self.start_dim, self.end_dim)
