"""The quadratic cost of the textbooks.

    C = 1/(2N) Σ_n ‖x_n - y_n‖²        dx = dC (x - y) / N        (BP1: ∂C/∂a = a - y)

With ``reduction="sum"`` without the 1/N, with ``"none"`` one ½‖x_n - y_n‖² for each row n. Against
the mean squared error, which averages over the features too, it is K/2 times as large.

M. A. Nielsen, 2015, *Neural networks and deep learning*, equation 26.
"""

from __future__ import annotations

import math
from typing import Any

from ...backend import namespace
from ...typing import Array
from ..op import Op
from .reduction import reduce, require_reduction, require_same, spread

__all__ = ["quadratic_cost"]


def check(x: Array, y: Array, *, reduction: str = "mean") -> None:
    require_reduction("quadratic_cost", reduction)
    require_same("quadratic_cost", x, y)


def forward(x: Array, y: Array, *, reduction: str = "mean") -> tuple[Array, Any]:
    xp = namespace(x, y)
    rows = x.shape[0] if x.shape else 1
    d = x - y
    flat = xp.reshape(d, (rows, math.prod(x.shape[1:])))  # (N, ...) -> (N, K)
    losses = xp.reshape(0.5 * xp.sum(flat * flat, axis=1), x.shape[:1])
    return reduce(losses, reduction), (d, losses, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    d, losses, reduction = saved
    dl = spread(dl, losses, reduction)
    if reduction == "none":
        dl = namespace(dl).reshape(
            dl, (*d.shape[:1], *(1 for _ in d.shape[1:]))
        )  # (N,) -> (N, 1, ...)
    dx = dl * d
    return dx, -dx if needs[1] else None


quadratic_cost = Op("quadratic_cost", forward, backward, check)
