"""The affine map of a dense layer.

    y = x wᵀ + b        x: (..., D)   w: (M, D)   b: (M,)   y: (..., M)

With samples as rows, δ = dy is the error of this layer, and the equations of back-propagation read

    dx = dy w           BP2 (the part before the activation's derivative)
    db = Σ dy           BP3, summed over the samples
    dw = dyᵀ x          BP4

M. A. Nielsen, 2015, *Neural Networks and Deep Learning*, chapter 2.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend import namespace
from ..errors import ShapeError
from ..typing import Array
from .matching import require_same_dtype
from .op import Op

__all__ = ["linear"]


def check(x: Array, w: Array, b: Array | None = None) -> None:
    if x.shape[-1:] != w.shape[1:]:
        remedy = "its last axis must be the features"
        if len(x.shape) > 1:
            remedy += f"; or make the layer for them, nn.Linear({x.shape[-1]}, {w.shape[0]})"
        if math.prod(x.shape[1:]) == w.shape[1]:
            remedy = "put nn.Flatten() before it"
        raise ShapeError(f"linear: x must be (N, {w.shape[1]}), got {tuple(x.shape)}; {remedy}")
    require_same_dtype("linear", x, w)


def forward(x: Array, w: Array, b: Array | None = None) -> tuple[Array, Any]:
    xp = namespace(x, w)
    y = xp.matmul(x, xp.matrix_transpose(w))  # (..., D) (D, M) -> (..., M)
    return (y if b is None else y + b), (x, w)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w = saved
    xp = namespace(dy)
    rows = xp.reshape(dy, (math.prod(dy.shape[:-1]), dy.shape[-1]))  # (..., M) -> (N, M)
    dx = xp.matmul(dy, w) if needs[0] else None
    dw = db = None
    if needs[1]:
        columns = xp.reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))  # (..., D) -> (N, D)
        dw = xp.matmul(xp.matrix_transpose(rows), columns)
    if len(needs) > 2 and needs[2]:
        db = xp.sum(rows, axis=0)
    return (dx, dw, db)[: len(needs)]


linear = Op("linear", forward, backward, check)
