"""The dense layer: always a product of two matrices, and the bias added in place.

CuPy multiplies a stack of matrices by a batched product, which is slower than one product of all
rows and, in half precision, converts its inputs first.
"""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ..registry import register
from .gpu import DTYPES, cupy
from .products import product

__all__: list[str] = []


def accepts(x: Array, w: Array, b: Array | None = None) -> bool:
    return bool(
        x.dtype.char in DTYPES
        and x.size > 0
        and w.size > 0
        and w.dtype == x.dtype
        and (b is None or b.dtype == x.dtype)
    )


def forward(x: Array, w: Array, b: Array | None = None) -> tuple[Array, Any]:
    with x.device:
        y = product(_rows(x), w.T)  # (N, D) (D, M) -> (N, M)
        if b is not None:
            cupy().add(y, b, out=y)
    return y.reshape(*x.shape[:-1], w.shape[0]), (x, w)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w = saved
    dx = dw = db = None
    with dy.device:
        rows = _rows(dy.astype(x.dtype, copy=False))
        if needs[0]:
            dx = product(rows, w).reshape(x.shape)
        if needs[1]:
            dw = product(rows.T, _rows(x))
        if len(needs) > 2 and needs[2]:
            db = rows.sum(axis=0)
    return (dx, dw, db)[: len(needs)]


def _rows(x: Array) -> Array:
    """(..., D) -> (N, D)."""
    return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])


register("linear", library="cupy", forward=forward, backward=backward, accepts=accepts)
