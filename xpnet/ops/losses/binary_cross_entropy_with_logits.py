"""The cross-entropy of yes-no answers, from the scores (logits).

    l = -w (c y log σ(x) + (1 - y) log(1 - σ(x)))        c: pos_weight, default 1
    dx = dl w ((1 - y) σ(x) - c y σ(-x))

which for c = 1 is dl w (σ(x) - y): the derivative of the logistic function cancels, so that
learning does not slow down where it saturates. Proof: log σ(x) = -log(1 + exp(-x)) has the
derivative σ(-x), log(1 - σ(x)) = log σ(-x) has -σ(x).

C. M. Bishop, 2006, *Pattern recognition and machine learning*, equations 4.90 and 4.91.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...typing import Array
from ..activations.sigmoid import logistic
from ..op import Op
from .reduction import (
    reduce,
    require_broadcast,
    require_reduction,
    require_same,
    spread,
    weighted,
)

__all__ = ["binary_cross_entropy_with_logits"]


def check(
    x: Array,
    y: Array,
    weight: Array | None = None,
    pos_weight: Array | None = None,
    *,
    reduction: str = "mean",
) -> None:
    where = "binary_cross_entropy_with_logits"
    require_reduction(where, reduction)
    require_same(where, x, y)
    require_broadcast(where, "weight", x, weight)
    require_broadcast(where, "pos_weight", x, pos_weight)


def minus_log_sigmoid(x: Array) -> Array:
    """Return log(1 + exp(-x)) = max(-x, 0) + log(1 + exp(-|x|))."""
    xp = namespace(x)
    return xp.maximum(-x, 0.0) + xp.log1p(xp.exp(-xp.abs(x)))


def forward(
    x: Array,
    y: Array,
    weight: Array | None = None,
    pos_weight: Array | None = None,
    *,
    reduction: str = "mean",
) -> tuple[Array, Any]:
    yes, no = weighted(pos_weight, y), 1.0 - y
    losses = weighted(weight, no * x + (yes + no) * minus_log_sigmoid(x))
    return reduce(losses, reduction), (x, yes, no, weight, pos_weight, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, yes, no, weight, pos_weight, reduction = saved
    dl = weighted(weight, spread(dl, x, reduction))
    dx = dy = None
    if needs[0]:
        dx = dl * (no * logistic(x) - yes * logistic(-x))
    if needs[1]:
        dy = dl * (weighted(pos_weight, minus_log_sigmoid(x)) - minus_log_sigmoid(-x))
    return (dx, dy, None, None)[: len(needs)]


binary_cross_entropy_with_logits = Op("binary_cross_entropy_with_logits", forward, backward, check)
