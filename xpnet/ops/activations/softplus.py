"""The smooth rectifier.

    y = log(1 + exp(β x)) / β        dx = dy σ(β x)

because the derivative of log(1 + exp(u)) is exp(u) / (1 + exp(u)) = σ(u). Where β x > threshold
the function is taken to be y = x, which it is to within exp(-threshold) / β. Elsewhere
log(1 + exp(u)) = max(u, 0) + log(1 + exp(-|u|)) cannot overflow.

C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau, R. Garcia, 2001, *Incorporating second-order functional
knowledge for better option pricing*.
"""

from __future__ import annotations

from ...backend import namespace
from ...errors import ArgumentError
from ...typing import Array
from ..op import Op
from .sigmoid import logistic

__all__ = ["softplus"]


def check(x: Array, *, beta: float = 1.0, threshold: float = 20.0) -> None:
    if not beta > 0:
        raise ArgumentError(f"softplus: beta must be > 0, got {beta}; the usual value is 1")


def forward(
    x: Array, *, beta: float = 1.0, threshold: float = 20.0
) -> tuple[Array, tuple[Array, float, float]]:
    xp = namespace(x)
    u = beta * x
    y = (xp.maximum(u, 0.0) + xp.log1p(xp.exp(-xp.abs(u)))) / beta
    return xp.where(u > threshold, x, y), (x, beta, threshold)


def backward(dy: Array, saved: tuple[Array, float, float], needs: tuple[bool, ...]) -> tuple[Array]:
    x, beta, threshold = saved
    u = beta * x
    return (namespace(dy, x).where(u > threshold, dy, dy * logistic(u)),)


softplus = Op("softplus", forward, backward, check)
