"""The Huber loss: quadratic for small errors, linear for large ones, so that outliers pull less.

    d = x - y        l = ½ d² where |d| < δ, else δ (|d| - ½ δ)
    dx = dl max(-δ, min(d, δ))        dy = -dx

because both branches have slope ±δ where they meet.

P. J. Huber, 1964, *Robust estimation of a location parameter*, section 3.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...errors import ArgumentError
from ...typing import Array
from ..op import Op
from .reduction import reduce, require_reduction, require_same, spread

__all__ = ["huber_loss"]


def check(x: Array, y: Array, *, delta: float = 1.0, reduction: str = "mean") -> None:
    require_reduction("huber_loss", reduction)
    require_same("huber_loss", x, y)
    if not delta > 0:
        raise ArgumentError(f"huber_loss: delta must be > 0, got {delta}; the usual value is 1")


def forward(
    x: Array, y: Array, *, delta: float = 1.0, reduction: str = "mean"
) -> tuple[Array, Any]:
    d = x - y
    xp = namespace(d)
    size = xp.abs(d)
    losses = xp.where(size < delta, 0.5 * d * d, delta * (size - 0.5 * delta))
    return reduce(losses, reduction), (d, delta, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    d, delta, reduction = saved
    dx = spread(dl, d, reduction) * namespace(d).clip(d, -delta, delta)
    return dx, -dx if needs[1] else None


huber_loss = Op("huber_loss", forward, backward, check)
