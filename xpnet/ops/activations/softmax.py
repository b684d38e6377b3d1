"""Numbers that are positive and sum to one, the largest for the largest input.

    y_k = exp(x_k) / Σ_j exp(x_j)        dx_k = y_k (dy_k - Σ_j dy_j y_j)

because ∂y_j/∂x_k = y_j ([j = k] - y_k). The largest input is subtracted first, which changes
nothing and prevents overflow.

J. S. Bridle, 1990, *Probabilistic interpretation of feedforward classification network outputs*.
"""

from __future__ import annotations

from ...backend import namespace
from ...errors import ShapeError
from ...typing import Array
from ..op import Op

__all__ = ["require_axis", "softmax"]


def require_axis(where: str, x: Array, axis: int) -> None:
    """Raise a ShapeError unless `x` has this axis."""
    rank = len(x.shape)
    if not -rank <= axis < rank:
        raise ShapeError(
            f"{where}: axis must be an axis of x, got {axis} with x of shape {tuple(x.shape)}; "
            "the classes are usually the last axis, -1"
        )


def check(x: Array, *, axis: int = -1) -> None:
    require_axis("softmax", x, axis)


def forward(x: Array, *, axis: int = -1) -> tuple[Array, tuple[Array, int]]:
    xp = namespace(x)
    e = xp.exp(x - xp.max(x, axis=axis, keepdims=True))
    y = e / xp.sum(e, axis=axis, keepdims=True)
    return y, (y, axis)


def backward(dy: Array, saved: tuple[Array, int], needs: tuple[bool, ...]) -> tuple[Array]:
    y, axis = saved
    weighted = dy * y
    total = namespace(weighted).sum(weighted, axis=axis, keepdims=True)
    return (weighted - y * total,)


softmax = Op("softmax", forward, backward, check)
