"""The mean absolute error.

    l = |x - y|        dx = dl sign(x - y)        dy = -dx

with 0 at the kink. Its minimiser is the median where that of the squared error is the mean.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...typing import Array
from ..op import Op
from .reduction import reduce, require_reduction, require_same, spread

__all__ = ["l1_loss"]


def check(x: Array, y: Array, *, reduction: str = "mean") -> None:
    require_reduction("l1_loss", reduction)
    require_same("l1_loss", x, y)


def forward(x: Array, y: Array, *, reduction: str = "mean") -> tuple[Array, Any]:
    d = x - y
    return reduce(namespace(d).abs(d), reduction), (d, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    d, reduction = saved
    dx = spread(dl, d, reduction) * namespace(d).sign(d)
    return dx, -dx if needs[1] else None


l1_loss = Op("l1_loss", forward, backward, check)
