"""Units switched off at random, so that no unit can rely on another.

    y = x / (1 - p) where keep, else 0        dx = dy / (1 - p) where keep, else 0

Each unit is kept with probability 1 - p; the factor keeps the expected y equal to x, so that
nothing has to change when predicting. The caller draws `keep`, as nn.functional.dropout does.

N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, 2014, *Dropout: a simple
way to prevent neural networks from overfitting*.
"""

from __future__ import annotations

from typing import Any

from ..backend import namespace
from ..errors import ArgumentError
from ..typing import Array
from .op import Op

__all__ = ["dropout", "require_probability"]


def require_probability(where: str, p: float) -> None:
    """Raise an ArgumentError unless 0 <= p <= 1."""
    if not 0 <= p <= 1:
        raise ArgumentError(
            f"{where}: p must be from 0 to 1, got {p}; it is the share of units that are switched "
            "off, usually 0.5 or less"
        )


def check(x: Array, keep: Array, *, p: float) -> None:
    require_probability("dropout", p)


def forward(x: Array, keep: Array, *, p: float) -> tuple[Array, Any]:
    scale = 1.0 / (1.0 - p) if p < 1 else 0.0
    return namespace(x, keep).where(keep, scale * x, 0.0), (keep, scale)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array, None]:
    keep, scale = saved
    return namespace(dy, keep).where(keep, scale * dy, 0.0), None


dropout = Op("dropout", forward, backward, check)
