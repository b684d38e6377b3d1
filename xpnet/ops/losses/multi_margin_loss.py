"""The hinge loss for many classes.

    l_n = w_y / K Σ_{k≠y} m_nk^p,   m_nk = max(0, margin - x_ny + x_nk)        p: 1 or 2
    dx_nk = dl_n w_y / K p m_nk^(p-1) where m_nk > 0 and k ≠ y,    dx_ny = -Σ_{k≠y} dx_nk

because x_ny stands in each of the terms with the opposite sign. The mean divides by N.

J. Weston, C. Watkins, 1999, *Support vector machines for multi-class pattern recognition*.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...errors import ArgumentError, ShapeError
from ...typing import Array
from ..op import Op
from .labels import along_classes, hot, require_labels, require_weight
from .reduction import reduce, require_reduction, spread

__all__ = ["multi_margin_loss"]


def check(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    p: int = 1,
    margin: float = 1.0,
    reduction: str = "mean",
) -> None:
    require_reduction("multi_margin_loss", reduction)
    if len(x.shape) > 2:
        raise ShapeError(
            f"multi_margin_loss: input must be (N, K) or (K,), got {tuple(x.shape)}; reshape it "
            "so that each row holds the scores of one sample"
        )
    require_labels("multi_margin_loss", x, y)
    require_weight("multi_margin_loss", x, weight)
    if p not in (1, 2):
        raise ArgumentError(f"multi_margin_loss: p must be 1 or 2, got {p}; the usual value is 1")


def forward(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    p: int = 1,
    margin: float = 1.0,
    reduction: str = "mean",
) -> tuple[Array, Any]:
    t = hot(y, x)  # (N, K)
    xp = namespace(t)
    own = xp.sum(t * x, axis=-1, keepdims=True)  # (N, 1)
    m = (1.0 - t) * xp.maximum(margin - own + x, 0.0)
    w = 1.0 if weight is None else xp.sum(t * along_classes(weight, x), axis=-1, keepdims=True)
    scale = w / x.shape[-1]
    losses = xp.sum(scale * (m if p == 1 else m * m), axis=-1)
    return reduce(losses, reduction), (m, t, scale, losses, p, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    m, t, scale, losses, p, reduction = saved
    xp = namespace(dl, m)
    dl = spread(dl, losses, reduction)
    if reduction == "none":
        dl = xp.expand_dims(dl, axis=-1)  # (N,) -> (N, 1)
    slope = xp.astype(m > 0, m.dtype) if p == 1 else 2.0 * m
    others = dl * scale * slope
    return (others - t * xp.sum(others, axis=-1, keepdims=True), None, None)[: len(needs)]


multi_margin_loss = Op("multi_margin_loss", forward, backward, check)
