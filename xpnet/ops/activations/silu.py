"""The sigmoid linear unit, also called swish.

    y = x σ(x)        dx = dy σ(x) (1 + x (1 - σ(x)))

by the product rule with σ' = σ (1 - σ).

S. Elfwing, E. Uchibe, K. Doya, 2018, *Sigmoid-weighted linear units for neural network function
approximation in reinforcement learning*, equations 5 and 6.
"""

from __future__ import annotations

from ...typing import Array
from ..op import Op
from .sigmoid import logistic

__all__ = ["silu"]


def forward(x: Array) -> tuple[Array, tuple[Array, Array]]:
    s = logistic(x)
    return x * s, (x, s)


def backward(dy: Array, saved: tuple[Array, Array], needs: tuple[bool, ...]) -> tuple[Array]:
    x, s = saved
    return (dy * (s * (1.0 + x * (1.0 - s))),)


silu = Op("silu", forward, backward)
