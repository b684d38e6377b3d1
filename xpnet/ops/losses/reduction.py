"""From one loss per sample to one number, and back.

``"mean"`` divides by the number of losses (for class labels: by the sum of their weights),
``"sum"`` does not, ``"none"`` keeps them apart. The mean over nothing is 0, where PyTorch has NaN:
a batch without a valid label then leaves the parameters as they are, instead of destroying them.
"""

from __future__ import annotations

import math

from ...backend import namespace
from ...errors import DTypeError, ShapeError, choose
from ...typing import Array

__all__ = [
    "reduce",
    "require_broadcast",
    "require_reduction",
    "require_same",
    "spread",
    "weighted",
]

REDUCTIONS = ("mean", "sum", "none")


def reduce(losses: Array, reduction: str, count: Array | int | None = None) -> Array:
    """Reduce losses to their mean or sum; the mean divides by `count`, default their number."""
    if reduction == "none":
        return losses
    total = namespace(losses).sum(losses)
    return total if reduction == "sum" else total / _count(losses, count)


def spread(dy: Array, losses: Array, reduction: str, count: Array | int | None = None) -> Array:
    """Return the gradient of each loss, or one number where it is the same for all.

    `losses` may be any array of their shape.
    """
    return dy / _count(losses, count) if reduction == "mean" else dy


def _count(losses: Array, count: Array | int | None) -> Array | int:
    return max(math.prod(losses.shape), 1) if count is None else count


def require_reduction(where: str, reduction: str) -> None:
    """Raise an ArgumentError unless the name of the reduction is known."""
    if reduction not in REDUCTIONS:
        choose(where, "reduction", reduction, REDUCTIONS)


def require_same(where: str, x: Array, y: Array, *, any_dtype: bool = False) -> None:
    """Raise unless input and target agree in shape and, unless `any_dtype`, in dtype."""
    if x.shape != y.shape:
        remedy = "the two are compared element by element"
        if math.prod(x.shape) == math.prod(y.shape):
            remedy = f"use xp.reshape(target, {tuple(x.shape)})"
        raise ShapeError(
            f"{where}: target must have the shape of input, {tuple(x.shape)}, got "
            f"{tuple(y.shape)}; {remedy}"
        )
    if not any_dtype and x.dtype != y.dtype:
        raise DTypeError(
            f"{where}: target must have the dtype of input, {x.dtype}, got {y.dtype}; convert it "
            "with xp.astype(target, input.dtype)"
        )


def require_broadcast(where: str, argument: str, x: Array, weight: Array | None) -> None:
    """Raise unless `weight` is None or can be multiplied with `x` without making it larger."""
    if weight is None:
        return
    shape, full = tuple(weight.shape), tuple(x.shape)
    tail = full[len(full) - len(shape) :]
    if len(shape) > len(full) or any(n not in (1, m) for n, m in zip(shape, tail, strict=True)):
        raise ShapeError(
            f"{where}: {argument} must broadcast to the shape of input, {full}, got {shape}; give "
            "one weight per element, or per element of the last axes"
        )
    if weight.dtype != x.dtype:
        raise DTypeError(
            f"{where}: {argument} must have the dtype of input, {x.dtype}, got {weight.dtype}; "
            f"convert it with xp.astype({argument}, input.dtype)"
        )


def weighted(weight: Array | None, x: Array) -> Array:
    """Return weight times x, or x where there are no weights."""
    return x if weight is None else weight * x
