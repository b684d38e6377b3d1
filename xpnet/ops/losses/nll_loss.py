"""The negative log-likelihood of class labels, from log-probabilities.

    l_n = -w_y x_ny        dx_nk = -dl_n w_k t_nk        t: one at the label y_n, else zero

The mean divides by Σ_n w_{y_n} over the labels that are not ignored. After log_softmax it is the
cross-entropy, which :mod:`.cross_entropy` computes in one op.

C. M. Bishop, 2006, *Pattern recognition and machine learning*, equation 4.108.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...typing import Array
from ..op import Op
from .cross_entropy import expected
from .labels import along_classes, class_axis, hot, nonzero, require_labels, require_weight
from .reduction import reduce, require_reduction, spread

__all__ = ["nll_loss"]


def check(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    reduction: str = "mean",
    ignore_index: int = -100,
) -> None:
    require_reduction("nll_loss", reduction)
    require_labels("nll_loss", x, y, ignore_index)
    require_weight("nll_loss", x, weight)


def forward(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    reduction: str = "mean",
    ignore_index: int = -100,
) -> tuple[Array, Any]:
    t = hot(y, x, ignore_index)  # (N, K)
    if weight is not None:
        t = t * along_classes(weight, x)
    count = nonzero(namespace(t).sum(t)) if reduction == "mean" else None
    losses = expected(t, x, class_axis(x))
    return reduce(losses, reduction, count), (t, losses, count, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    t, losses, count, reduction = saved
    dl = spread(dl, losses, reduction, count)
    if reduction == "none":
        dl = namespace(dl).expand_dims(dl, axis=class_axis(t))  # (N,) -> (N, 1)
    return (-dl * t, None, None)[: len(needs)]


nll_loss = Op("nll_loss", forward, backward, check)
