"""Several axes made one.

    y = x with axes start_dim ... end_dim joined, (N, C, H, W) -> (N, C·H·W)

The way back gives dy the old shape.
"""

from __future__ import annotations

import math

from ..backend import namespace
from ..errors import ShapeError
from ..typing import Array
from .op import Op

__all__ = ["flatten"]


def check(x: Array, *, start_dim: int = 1, end_dim: int = -1) -> None:
    rank = len(x.shape)
    inside = -rank <= start_dim < rank and -rank <= end_dim < rank
    if not inside or start_dim % rank > end_dim % rank:
        raise ShapeError(
            f"flatten: start_dim and end_dim must be axes of x in this order, got {start_dim} and "
            f"{end_dim} with x of shape {tuple(x.shape)}; x needs a batch axis for the defaults"
        )


def forward(x: Array, *, start_dim: int = 1, end_dim: int = -1) -> tuple[Array, tuple[int, ...]]:
    shape = tuple(x.shape)
    start, stop = start_dim % len(shape), end_dim % len(shape) + 1
    joined = (*shape[:start], math.prod(shape[start:stop]), *shape[stop:])
    return namespace(x).reshape(x, joined), shape


def backward(dy: Array, shape: tuple[int, ...], needs: tuple[bool, ...]) -> tuple[Array]:
    return (namespace(dy).reshape(dy, shape),)


flatten = Op("flatten", forward, backward, check)
