"""The loss of support vector machines, for targets -1 and 1.

    l = max(0, 1 - y x)        dx = -dl y where y x < 1, else 0

x is the score; being right is not enough, it must be right by a margin of 1.

C. Cortes, V. Vapnik, 1995, *Support-vector networks*.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...typing import Array
from ..op import Op
from .labels import require_signs
from .reduction import reduce, require_reduction, require_same, spread

__all__ = ["hinge_loss"]


def check(x: Array, y: Array, *, reduction: str = "mean") -> None:
    require_reduction("hinge_loss", reduction)
    require_same("hinge_loss", x, y, any_dtype=True)
    require_signs("hinge_loss", y)


def forward(x: Array, y: Array, *, reduction: str = "mean") -> tuple[Array, Any]:
    xp = namespace(x, y)
    y = xp.astype(y, x.dtype, copy=False)
    gap = 1.0 - y * x
    return reduce(xp.maximum(gap, 0.0), reduction), (gap, y, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, None]:
    gap, y, reduction = saved
    dl = spread(dl, y, reduction)
    return namespace(dl, gap).where(gap > 0, -dl * y, 0.0), None


hinge_loss = Op("hinge_loss", forward, backward, check)
