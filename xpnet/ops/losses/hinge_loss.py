"""The loss of support vector machines, for targets -1 and 1.

    l = max(0, 1 - y x)^p        dx = -dl y p (1 - y x)^(p-1) where y x < 1, else 0        p: 1 or 2

x is the score; being right is not enough, it must be right by a margin of 1. With p = 2, the
squared hinge, the slope has no jump.

C. Cortes, V. Vapnik, 1995, *Support-vector networks*, equation 7, where p stands as σ.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...errors import ArgumentError
from ...typing import Array
from ..op import Op
from .labels import require_signs
from .reduction import reduce, require_reduction, require_same, spread

__all__ = ["hinge_loss"]


def check(x: Array, y: Array, *, power: int = 1, reduction: str = "mean") -> None:
    require_reduction("hinge_loss", reduction)
    require_same("hinge_loss", x, y, any_dtype=True)
    require_signs("hinge_loss", y)
    if power not in (1, 2):
        raise ArgumentError(f"hinge_loss: power must be 1 or 2, got {power}; the usual value is 1")


def forward(x: Array, y: Array, *, power: int = 1, reduction: str = "mean") -> tuple[Array, Any]:
    xp = namespace(x, y)
    y = xp.astype(y, x.dtype, copy=False)
    gap = 1.0 - y * x
    losses = xp.maximum(gap, 0.0)
    return reduce(losses if power == 1 else losses * losses, reduction), (gap, y, power, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, None]:
    gap, y, power, reduction = saved
    dl = spread(dl, y, reduction)
    slope = -dl * y if power == 1 else -2.0 * dl * y * gap
    return namespace(dl, gap).where(gap > 0, slope, 0.0), None


hinge_loss = Op("hinge_loss", forward, backward, check)
