"""Convolution of images and sequences: columns of a part of the batch, then one matrix product.

``plan.py`` says how a call is cut and what the matrices are. A batch is cut into the same parts
whatever the number of threads, and sums over the parts are made in their order, so results do not
depend on it. The columns are not kept for the way back but gathered again: gathering takes a small
part of the time, and they would take many times the memory of the images.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from . import memory
from .plan import Plan, Rows, plan_of
from .threads import run
from .tiles import (
    add_columns,
    add_tail,
    columns_of,
    errors_of,
    fold,
    place_gradient,
    place_outputs,
    unfold,
)

__all__ = ["accepts", "correlate", "correlate_back"]


def accepts(
    x: Array,
    w: Array,
    b: Array | None = None,
    **options: Any,
) -> bool:
    """Take images and sequences of a dtype that BLAS multiplies."""
    return (
        3 <= w.ndim <= 4
        and x.dtype.char in "fd"
        and x.size > 0
        and w.size > 0
        and (b is None or b.dtype == x.dtype)
    )


def forward(
    x: Array,
    w: Array,
    b: Array | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> tuple[Array, Any]:
    p = plan_of(x.shape, w, stride, padding, dilation, groups)
    y = correlate(memory.images(x), w, b, p)
    return memory.samples(y, x.ndim), (x, w, p)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, p = saved
    three = (*needs, False)[:3]
    dx, dw, db = correlate_back(memory.images(dy), w, p, memory.images(x), three)
    return (None if dx is None else memory.samples(dx, x.ndim), dw, db)[: len(needs)]


register("conv", library="numpy", forward=forward, backward=backward, accepts=accepts)


# ---- the three sums of a convolution, also those of the transposed one ---------------------------


def correlate(x: Array, w: Array, b: Array | None, p: Plan) -> Array:
    """Compute y: (C, H, W, N) -> (M, H', W', N)."""
    weights = unfold(w, p)
    y = memory.empty((w.shape[0], *p.out, x.shape[-1]), x.dtype)

    def work(part: tuple[slice, Rows]) -> None:
        own = _product(weights, columns_of(x, p, *part))
        place_outputs(own, b, y, p, *part)

    run(work, [(samples, rows) for samples in p.samples for rows in p.rows])
    return y


def correlate_back(
    dy: Array, w: Array, p: Plan, x: Array | None, needs: tuple[bool, ...]
) -> tuple[Array | None, Array | None, Array | None]:
    """Compute dx (C, H, W, N), dw and db, as needed, from dy (M, H', W', N)."""
    needs_dx, needs_dw, needs_db = needs
    weights = unfold(w, p).transpose(0, 2, 1)  # (G, C/G·kh·s, t·M/G)
    dx = memory.empty(p.images, dy.dtype) if needs_dx else None
    parts = [(samples, rows) for samples in p.samples for rows in p.rows]
    dws, dbs, tails = ([None] * len(parts) for _ in range(3))

    def work(i: int) -> None:
        own = errors_of(dy, p, *parts[i])
        if needs_dw:
            dws[i] = _product(own, columns_of(x, p, *parts[i]).transpose(0, 2, 1))
        if needs_db:
            dbs[i] = np.add.reduce(own, axis=2)
        if dx is not None:
            image = add_columns(_product(weights, own), p, parts[i][1])
            tails[i] = place_gradient(image, dx, p, *parts[i])

    run(work, range(len(parts)))
    if dx is not None:
        for part, tail in zip(parts, tails, strict=True):
            add_tail(tail, dx, p, *part)
    dw = fold(_sum(dws), p).reshape(w.shape) if needs_dw else None
    db = _sum(dbs).reshape(p.groups, p.tile, -1).sum(axis=1).reshape(-1) if needs_db else None
    return dx, dw, db


def _sum(parts: list[Any]) -> Any:
    return sum(parts[1:], start=parts[0])


def _product(a: Array, b: Array) -> Array:
    """Multiply the matrices of each group: (G, I, J), (G, J, K) -> (G, I, K)."""
    out = memory.empty((a.shape[0], a.shape[1], b.shape[2]), a.dtype)
    if a.shape[0] == 1:
        np.matmul(a[0], b[0], out=out[0])
    else:
        np.matmul(a, b, out=out)
    return out
