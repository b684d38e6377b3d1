"""The quantile (pinball) loss: its minimiser is the q-quantile where that of |y - x| is the median.

    d = y - x        l = max(q d, (q - 1) d)
    dx = -dl q where d > 0, dl (1 - q) where d < 0, else 0        dy = -dx

A prediction too low costs q per unit, one too high 1 - q. At the best constant x both pulls are in
balance, q P(y > x) = (1 - q) P(y < x), so that a share q of the targets lies below it. For q = ½
it is half the absolute error.

R. Koenker, G. Bassett, 1978, *Regression quantiles*, equation 3.1.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...errors import ArgumentError
from ...typing import Array
from ..op import Op
from .reduction import reduce, require_reduction, require_same, spread

__all__ = ["quantile_loss"]


def check(x: Array, y: Array, *, q: float = 0.5, reduction: str = "mean") -> None:
    require_reduction("quantile_loss", reduction)
    require_same("quantile_loss", x, y)
    if not 0 < q < 1:
        raise ArgumentError(
            f"quantile_loss: q must be between 0 and 1, got {q}; 0.5 is the median, 0.9 the value "
            "that nine of ten targets stay below"
        )


def forward(x: Array, y: Array, *, q: float = 0.5, reduction: str = "mean") -> tuple[Array, Any]:
    d = y - x
    losses = namespace(d).maximum(q * d, (q - 1.0) * d)
    return reduce(losses, reduction), (d, q, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    d, q, reduction = saved
    xp = namespace(dl, d)
    slope = xp.where(d > 0, -q, xp.where(d < 0, 1.0 - q, xp.zeros_like(d)))
    dx = spread(dl, d, reduction) * slope
    return dx, -dx if needs[1] else None


quantile_loss = Op("quantile_loss", forward, backward, check)
