"""The dense layer: products in parts on several threads, the bias added in place.

BLAS has threads of its own; but for a while after a product they wait for more work by turning in
circles, and then the other kernels, which have threads too, take twice their time.
"""

from __future__ import annotations

from contextlib import nullcontext
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
    if x.shape[0] == 1:
        y = x.dot(w.T)  # half the overhead of np.matmul, which counts for single samples
    else:
        (y,) = _products((x, w.T))
    if b is not None:
        np.add(y, b, out=y)
    return y, (x, w)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w = saved
    # images that were flattened lie with the batch last, and so should their gradient
    flattened = x.T.flags.c_contiguous and not x.flags.c_contiguous
    factors = []
    if needs[0]:
        factors.append((w.T, dy.T) if flattened else (dy, w))
    if needs[1]:
        factors.append((dy.T, x))
    products = iter(_products(*factors))
    dx = next(products) if needs[0] else None
    if dx is not None and flattened:
        dx = dx.T
    dw = next(products) if needs[1] else None
    db = np.add.reduce(dy, axis=0) if len(needs) > 2 and needs[2] else None
    return (dx, dw, db)[: len(needs)]


def _products(*factors: tuple[Array, Array]) -> list[Array]:
    """Multiply pairs of (I, J) and (J, K), large ones in parts, all on the same threads."""
    results = []
    parts: list[tuple[Array, Array, Array]] = []
    largest = 0
    for a, b in factors:
        rows, columns = a.shape[0], b.shape[1]
        y = memory.empty((rows, columns), a.dtype)
        work = a.size * columns
        largest = max(largest, work)
        count = 1 if work < SHARED else max(2, work // LARGE)
        for i in range(count):
            if rows > columns:
                part = slice(i * rows // count, (i + 1) * rows // count)
                parts.append((a[part], b, y[part]))
            else:
                part = slice(i * columns // count, (i + 1) * columns // count)
                parts.append((a, b[:, part], y[:, part]))
        results.append(y)
    if largest >= SHARED:
        run(_multiply, parts)
    else:
        with one_blas_thread if largest >= ALONE else nullcontext():
            for one in parts:
                _multiply(one)
    return results


def _multiply(part: tuple[Array, Array, Array]) -> None:
    a, b, out = part
    np.matmul(a, b, out=out)


register("linear", library="numpy", forward=forward, backward=backward, accepts=accepts)
