"""The dense layer: products in parts on several threads, the bias added in place.

BLAS has threads of its own; but for a while after a product they wait for more work by turning in
circles, and then the other kernels, which have threads too, take twice their time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from . import memory
from .threads import one_blas_thread, run

__all__: list[str] = []

SHARED = 1 << 23
"""Products of fewer multiplications are not cut: waking another thread would take longer."""

ALONE = 1 << 17
"""For products of fewer multiplications BLAS takes one thread by itself."""

LARGE = 1 << 26
"""A part of a large product has about so many multiplications."""


def accepts(x: Array, w: Array, b: Array | None = None) -> bool:
    return bool(x.ndim == 2 and x.dtype == w.dtype and (b is None or b.dtype == x.dtype))


def forward(x: Array, w: Array, b: Array | None = None) -> tuple[Array, Any]:
    # half the overhead of np.matmul counts for single samples
    y = x.dot(w.T) if x.shape[0] == 1 else _product(x, w.T)
    if b is not None:
        np.add(y, b, out=y)
    return y, (x, w)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w = saved
    dx = None
    if needs[0]:
        # images that were flattened lie with the batch last, and so should their gradient
        flattened = x.T.flags.c_contiguous and not x.flags.c_contiguous
        dx = _product(w.T, dy.T).T if flattened else _product(dy, w)
    dw = _product(dy.T, x) if needs[1] else None
    db = np.add.reduce(dy, axis=0) if len(needs) > 2 and needs[2] else None
    return (dx, dw, db)[: len(needs)]


def _product(a: Array, b: Array) -> Array:
    """Multiply (I, J) by (J, K), half of the rows or columns of the result at a time."""
    rows, columns = a.shape[0], b.shape[1]
    y = memory.empty((rows, columns), np.result_type(a, b))
    work = a.size * columns
    if work < ALONE:
        np.matmul(a, b, out=y)
        return y
    if work < SHARED:
        with one_blas_thread:
            np.matmul(a, b, out=y)
        return y
    count = max(2, work // LARGE)

    def multiply(i: int) -> None:
        if rows > columns:
            part = slice(i * rows // count, (i + 1) * rows // count)
            np.matmul(a[part], b, out=y[part])
        else:
            part = slice(i * columns // count, (i + 1) * columns // count)
            np.matmul(a, b[:, part], out=y[:, part])

    run(multiply, range(count))
    return y


register("linear", library="numpy", forward=forward, backward=backward, accepts=accepts)
