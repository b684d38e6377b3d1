"""The loss whose gradient descent is the perceptron rule, for targets -1 and 1.

    l = max(0, -y x)        dx = -dl y where y x <= 0, else 0

so with x = wᵀ u, a step of size η is w <- w + η y u for each misclassified u and nothing for the
others: Rosenblatt's rule. At x = 0, where the slope may be chosen, a sample counts as
misclassified, or weights that start at zero would never move.

F. Rosenblatt, 1958, *The perceptron: a probabilistic model for information storage and organization
in the brain*; L. Bottou, 2010, *Large-scale machine learning with stochastic gradient descent*,
table 1.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...typing import Array
from ..op import Op
from .labels import require_signs
from .reduction import reduce, require_reduction, require_same, spread

__all__ = ["perceptron_loss"]


def check(x: Array, y: Array, *, reduction: str = "mean") -> None:
    require_reduction("perceptron_loss", reduction)
    require_same("perceptron_loss", x, y, any_dtype=True)
    require_signs("perceptron_loss", y)


def forward(x: Array, y: Array, *, reduction: str = "mean") -> tuple[Array, Any]:
    xp = namespace(x, y)
    y = xp.astype(y, x.dtype, copy=False)
    gap = -y * x
    return reduce(xp.maximum(gap, 0.0), reduction), (gap, y, reduction)


def backward(dl: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, None]:
    gap, y, reduction = saved
    dl = spread(dl, y, reduction)
    return namespace(dl, gap).where(gap >= 0, -dl * y, 0.0), None


perceptron_loss = Op("perceptron_loss", forward, backward, check)
