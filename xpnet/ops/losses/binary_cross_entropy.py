"""The cross-entropy of yes-no probabilities.

    l = -w (y log x + (1 - y) log(1 - x))        dx = dl w (x - y) / (x (1 - x))

Logarithms are not let below -100 and x (1 - x) not below 1e-12, as in PyTorch, so that a certain
and wrong answer costs much but not infinitely much. From scores, use
:mod:`.binary_cross_entropy_with_logits`: there the fraction cancels.

C. M. Bishop, 2006, *Pattern recognition and machine learning*, equation 4.90.
"""

from __future__ import annotations

from typing import Any

from ...backend import library_of, namespace
from ...errors import ArgumentError
from ...typing import Array
from ..op import Op
from .reduction import (
    reduce,
    require_broadcast,
    require_reduction,
    require_same,
    spread,
    weighted,
)

__all__ = ["binary_cross_entropy"]


def check(x: Array, y: Array, weight: Array | None = None, *, reduction: str = "mean") -> None:
    require_reduction("binary_cross_entropy", reduction)
    require_same("binary_cross_entropy", x, y)
    require_broadcast("binary_cross_entropy", "weight", x, weight)
    if library_of(x).host and 0 not in x.shape:
        xp = namespace(x)
        low, high = float(xp.min(x)), float(xp.max(x))
        if low < 0 or high > 1:
            raise ArgumentError(
                f"binary_cross_entropy: input must be probabilities from 0 to 1, got {low} to "
                f"{high}; apply sigmoid first, or use binary_cross_entropy_with_logits"
            )


def log(p: Array) -> Array:
    """Return max(log p, -100), also for p = 0."""
    xp = namespace(p)
    return xp.maximum(xp.where(p > 0, xp.log(xp.where(p > 0, p, 1.0)), -100.0), -100.0)


def forward(
    x: Array, y: Array, weight: Array | None = None, *, reduction: str = "mean"
) -> tuple[Array, Any]:
    losses = -(y * log(x) + (1.0 - y) * log(1.0 - x))
    losses = weighted(weight, losses)
    return reduce(losses, reduction), (x, y, weight, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, y, weight, reduction = saved
    dl = weighted(weight, spread(dl, x, reduction))
    dx = dy = None
    if needs[0]:
        dx = dl * (x - y) / namespace(x).maximum(x * (1.0 - x), 1e-12)
    if needs[1]:
        dy = dl * (log(1.0 - x) - log(x))
    return (dx, dy, None)[: len(needs)]


binary_cross_entropy = Op("binary_cross_entropy", forward, backward, check)
