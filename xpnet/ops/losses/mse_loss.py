"""The mean squared error.

    l = (x - y)²        dx = dl 2 (x - y)        dy = -dx

reduced to C = mean l or Σ l over all elements; dl = ∂C/∂l is 1/(their number) or 1.
"""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ..op import Op
from .reduction import reduce, require_reduction, require_same, spread

__all__ = ["mse_loss"]


def check(x: Array, y: Array, *, reduction: str = "mean") -> None:
    require_reduction("mse_loss", reduction)
    require_same("mse_loss", x, y)


def forward(x: Array, y: Array, *, reduction: str = "mean") -> tuple[Array, Any]:
    d = x - y
    return reduce(d * d, reduction), (d, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    d, reduction = saved
    dx = spread(2.0 * dl, d, reduction) * d
    return dx, -dx if needs[1] else None


mse_loss = Op("mse_loss", forward, backward, check)
