"""The logarithm of the softmax, without the logarithm of a number that rounds to zero.

    y_k = x_k - log Σ_j exp(x_j)        dx_k = dy_k - exp(y_k) Σ_j dy_j

because ∂y_j/∂x_k = [j = k] - softmax_k. The largest input is subtracted first.

C. M. Bishop, 2006, *Pattern recognition and machine learning*, section 4.3.4.
"""

from __future__ import annotations

from ...backend import namespace
from ...typing import Array
from ..op import Op
from .softmax import require_axis

__all__ = ["log_softmax", "normalized"]


def normalized(x: Array, axis: int) -> Array:
    """Return x - log Σ exp(x) along an axis; for use inside other formulas."""
    xp = namespace(x)
    shifted = x - xp.max(x, axis=axis, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=axis, keepdims=True))


def check(x: Array, *, axis: int = -1) -> None:
    require_axis("log_softmax", x, axis)


def forward(x: Array, *, axis: int = -1) -> tuple[Array, tuple[Array, int]]:
    y = normalized(x, axis)
    return y, (y, axis)


def backward(dy: Array, saved: tuple[Array, int], needs: tuple[bool, ...]) -> tuple[Array]:
    y, axis = saved
    xp = namespace(dy, y)
    return (dy - xp.exp(y) * xp.sum(dy, axis=axis, keepdims=True),)


log_softmax = Op("log_softmax", forward, backward, check)
