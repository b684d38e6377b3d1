"""The exponential linear unit.

    y = x where x > 0, else α (exp(x) - 1)        dx = dy where x > 0, else dy (y + α)

because the derivative of the second branch is α exp(x) = y + α.

D.-A. Clevert, T. Unterthiner, S. Hochreiter, 2016, *Fast and accurate deep network learning by
exponential linear units (ELUs)*, equations 15 and 16.
"""

from __future__ import annotations

from ...backend import namespace
from ...typing import Array
from ..op import Op

__all__ = ["elu"]


def forward(x: Array, *, alpha: float = 1.0) -> tuple[Array, tuple[Array, Array, float]]:
    xp = namespace(x)
    y = xp.where(x > 0, x, alpha * xp.expm1(xp.minimum(x, 0.0)))
    return y, (x, y, alpha)


def backward(dy: Array, saved: tuple[Array, Array, float], needs: tuple[bool, ...]) -> tuple[Array]:
    x, y, alpha = saved
    return (namespace(dy, x).where(x > 0, dy, dy * (y + alpha)),)


elu = Op("elu", forward, backward)
