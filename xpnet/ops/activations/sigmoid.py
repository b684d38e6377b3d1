"""The logistic function.

    y = σ(x) = 1 / (1 + exp(-x))        dx = dy y (1 - y)

because σ' = exp(-x) / (1 + exp(-x))² = σ (1 - σ). Numerator and denominator are multiplied by
exp(x) where x < 0, so that no exponential overflows and small results keep all their digits.

D. E. Rumelhart, G. E. Hinton, R. J. Williams, 1986, *Learning representations by back-propagating
errors*, equation 2.
"""

from __future__ import annotations

from ...backend import namespace
from ...typing import Array
from ..op import Op

__all__ = ["logistic", "sigmoid"]


def logistic(x: Array) -> Array:
    """Return σ(x); for use inside other formulas."""
    xp = namespace(x)
    return xp.exp(xp.minimum(x, 0.0)) / (1.0 + xp.exp(-xp.abs(x)))


def forward(x: Array) -> tuple[Array, Array]:
    y = logistic(x)
    return y, y


def backward(dy: Array, y: Array, needs: tuple[bool, ...]) -> tuple[Array]:
    return (dy * (y * (1.0 - y)),)


sigmoid = Op("sigmoid", forward, backward)
