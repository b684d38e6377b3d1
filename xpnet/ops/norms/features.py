"""The last axes of an input, which layer norm and RMS norm take together as the features."""

from __future__ import annotations

from operator import index
from typing import Any

from ...backend import namespace
from ...errors import ArgumentError, ShapeError
from ...typing import Array
from .channels import require_floating, require_weights

__all__ = ["feature_axes", "features_of", "require_features", "sum_over_samples"]


def features_of(where: str, normalized_shape: Any) -> tuple[int, ...]:
    """Return the lengths of the last axes as a tuple.

    Examples
    --------
    >>> features_of("layer_norm", 3)
    (3,)
    """
    try:
        if isinstance(normalized_shape, tuple | list):
            shape = tuple(map(index, normalized_shape))
        else:
            shape = (index(normalized_shape),)
    except TypeError:
        shape = ()
    if not shape or min(shape) < 1:
        raise ArgumentError(
            f"{where}: normalized_shape must be an integer >= 1 or a tuple of them, got "
            f"{normalized_shape!r}; it is the lengths of the last axes of x, "
            "as in normalized_shape=x.shape[1:]"
        )
    return shape


def feature_axes(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the axes counted from the end: (3, 4) -> (-2, -1)."""
    return tuple(range(-len(shape), 0))


def require_features(where: str, x: Array, shape: tuple[int, ...], **weights: Array | None) -> None:
    """Raise unless the last axes of `x`, and the weights if given, have this shape."""
    if tuple(x.shape[-len(shape) :]) != shape:
        expected = ", ".join(["...", *map(str, shape)])
        raise ShapeError(
            f"{where}: x must be ({expected}), got {tuple(x.shape)}; normalized_shape is the "
            "lengths of its last axes"
        )
    require_floating(where, x)
    require_weights(where, x, shape, **weights)


def sum_over_samples(dy: Array, weight: Array) -> Array:
    """Sum over all axes but those of the features: the gradient of a weight."""
    leading = len(dy.shape) - len(weight.shape)
    if not leading:
        return dy
    return namespace(dy).sum(dy, axis=tuple(range(leading)))
