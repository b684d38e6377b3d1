"""The dense layer: the bias is added in place, small products are left to one thread of BLAS."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from . import memory
from .threads import one_blas_thread

__all__: list[str] = []

SHARED = 1 << 24
"""Products of fewer multiplications are left to one thread of BLAS.

Others wake its threads, which then wait for more work by turning in circles: next to convolutions,
which have threads of their own, that takes longer than the product.
"""


def accepts(x: Array, w: Array, b: Array | None = None) -> bool:
    return bool(x.ndim == 2)


def forward(x: Array, w: Array, b: Array | None = None) -> tuple[Array, Any]:
    # half the overhead of np.matmul counts for single samples
    y = x.dot(w.T) if x.shape[0] == 1 else _product(x, w.T)
    if b is not None:
        np.add(y, b, out=y)
    return y, (x, w)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w = saved
    dx = _product(dy, w) if needs[0] else None
    dw = _product(dy.T, x) if needs[1] else None
    db = np.add.reduce(dy, axis=0) if len(needs) > 2 and needs[2] else None
    return (dx, dw, db)[: len(needs)]


def _product(a: Array, b: Array) -> Array:
    y = memory.empty((a.shape[0], b.shape[1]), np.result_type(a, b))
    if a.size * b.shape[1] < SHARED:
        with one_blas_thread():
            np.matmul(a, b, out=y)
    else:
        np.matmul(a, b, out=y)
    return y


register("linear", library="numpy", forward=forward, backward=backward, accepts=accepts)
