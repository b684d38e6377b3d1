"""What normalisations have in common: numbers per channel, and what they ask of their inputs."""

from __future__ import annotations

import math
from typing import Any

from ...backend import is_floating, namespace
from ...errors import ArgumentError, DTypeError, ShapeError
from ...typing import Array
from ..matching import require_same_dtype

__all__ = [
    "all_but_channels",
    "per_channel",
    "require_channels",
    "require_floating",
    "require_positive",
    "require_weights",
    "values_per_channel",
]


def all_but_channels(x: Array) -> tuple[int, ...]:
    """Return the axes of the batch and of the places."""
    return (0, *range(2, len(x.shape)))


def values_per_channel(x: Array) -> int:
    """Return N times the number of places."""
    shape = tuple(x.shape)
    n: int = shape[0] * math.prod(shape[2:])
    return n


def per_channel(a: Array, x: Array) -> Array:
    """Give one number per channel the axes of x: (C,) -> (C, 1, 1)."""
    return namespace(a).reshape(a, (a.shape[0],) + (1,) * (len(x.shape) - 2))


def require_channels(where: str, x: Array) -> None:
    """Raise unless `x` is (N, C, *spatial) of floating-point numbers."""
    if len(x.shape) < 2:
        raise ShapeError(
            f"{where}: x must be (N, C, *spatial), got {tuple(x.shape)}; an input has a batch "
            "axis, then channels (or features), then its spatial axes if there are any"
        )
    require_floating(where, x)


def require_floating(where: str, x: Array) -> None:
    """Raise a DTypeError unless `x` has floating-point numbers."""
    if not is_floating(x):
        raise DTypeError(
            f"{where}: x must be floating-point numbers, got {x.dtype}; convert it with "
            "xp.astype(x, xp.float32)"
        )


def require_weights(where: str, x: Array, shape: tuple[int, ...], **given: Array | None) -> None:
    """Raise unless weights that are given have this shape and the dtype of `x`."""
    for name, w in given.items():
        if w is None:
            continue
        if tuple(w.shape) != shape:
            raise ShapeError(
                f"{where}: {name} must be {shape} for x of shape {tuple(x.shape)}, got "
                f"{tuple(w.shape)}; make the layer for the shape of its input"
            )
        require_same_dtype(where, x, w)


def require_positive(where: str, **given: Any) -> None:
    """Raise an ArgumentError unless all are positive numbers."""
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise ArgumentError(
                f"{where}: {name} must be a positive number, got {value!r}; leave it out for the "
                "default"
            )
