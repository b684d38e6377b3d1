"""Unflatten as a layer: what makes images of rows of pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..backend import namespace
from ..errors import ArgumentError, ShapeError
from .module import Module

__all__ = ["Unflatten"]


class Unflatten(Module):
    """Make several axes of one: (N, C·H·W) -> (N, C, H, W).

    Parameters
    ----------
    dim : int
        The axis that is split.
    unflattened_size : sequence of int
        The axes that take its place.

    Raises
    ------
    ShapeError
        If the axis does not have as many elements.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Unflatten(1, (1, 2, 2))(xn.asarray([[1.0, 2.0, 3.0, 4.0]])).shape
    (1, 1, 2, 2)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        size = tuple(unflattened_size)
        if not size or not all(isinstance(n, int) and n > 0 for n in size):
            raise ArgumentError(
                f"Unflatten: unflattened_size must be positive integers, got {unflattened_size!r}; "
                "write (1, 28, 28) for images of one channel"
            )
        self.dim = dim
        self.unflattened_size = size

    def forward(self, x: Any) -> Any:
        """Split the axis."""
        shape = tuple(x.shape)
        if not -len(shape) <= self.dim < len(shape):
            raise ShapeError(f"Unflatten: x must have axis {self.dim}, got {shape}; correct dim")
        dim = self.dim % len(shape)
        if shape[dim] != math.prod(self.unflattened_size):
            raise ShapeError(
                f"Unflatten: axis {dim} of x must have {math.prod(self.unflattened_size)} elements "
                f"to become {self.unflattened_size}, got {shape}; correct unflattened_size"
            )
        return namespace(x).reshape(x, (*shape[:dim], *self.unflattened_size, *shape[dim + 1 :]))
