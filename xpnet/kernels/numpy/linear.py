"""The dense layer: products in parts on several threads, the bias added in place.

BLAS has threads of its own; but for a while after a product they wait for more work by turning in
circles, and then the other kernels, which have threads too, take twice their time.
"""

from __future__ import annotations

import math
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from . import memory
from .threads import one_blas_thread, run

__all__: list[str] = []

Product = tuple[Array, Array, Array]
"""Two matrices, and where their product is to be."""

SHARED = 1 << 23
"""Products of fewer multiplications are not cut: waking another thread would take longer."""

ALONE = 1 << 18
"""For products of so few multiplications BLAS takes one thread by itself."""

LARGE = 1 << 26
"""A part of a large product has about so many multiplications."""

WAKING = 1 << 21
"""So many multiplications are done while another thread wakes up."""


def accepts(x: Array, w: Array, b: Array | None = None) -> bool:
    return bool(x.ndim >= 2 and x.dtype == w.dtype and (b is None or b.dtype == x.dtype))


def forward(x: Array, w: Array, b: Array | None = None) -> tuple[Array, Any]:
    if x.ndim > 2:  # sequences: each position is a row
        y, saved = forward(_rows(x), w, b)
        return y.reshape(*x.shape[:-1], w.shape[0]), saved
    if x.shape[0] == 1:
        y = x.dot(w.T)  # half the overhead of np.matmul, which counts for single samples
    else:
        y = memory.empty((x.shape[0], w.shape[0]), x.dtype)
        if b is not None and x.shape[0] > w.shape[0] and x.size * w.shape[0] >= SHARED:
            run(partial(_multiply_and_add, b), _parts(x, w.T, y))
            return y, (x, w)
        _products([(x, w.T, y)])
    if b is not None:
        np.add(y, b, out=y)
    return y, (x, w)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w = saved
    if dy.ndim > 2:
        dx, *others = backward(_rows(dy), saved, needs)
        return (None if dx is None else dx.reshape(*dy.shape[:-1], w.shape[1]), *others)
    dx = dw = db = None
    products = []
    if needs[0]:
        # images that were flattened lie with the batch last, and so should their gradient
        if x.T.flags.c_contiguous and not x.flags.c_contiguous:
            turned = memory.empty((x.shape[1], x.shape[0]), x.dtype)
            products.append((w.T, dy.T, turned))
            dx = turned.T
        else:
            dx = memory.empty(x.shape, x.dtype)
            products.append((dy, w, dx))
    if needs[1]:
        dw = memory.empty(w.shape, x.dtype)
        products.append((dy.T, x, dw))
    if products:
        _products(products)
    if len(needs) > 2 and needs[2]:
        db = _sum_of_rows(dy)
    return (dx, dw, db)[: len(needs)]


def _rows(x: Array) -> Array:
    """(..., D) -> (N, D)."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def _sum_of_rows(dy: Array) -> Array:
    """Add up a batch of errors; for small ones BLAS takes a third of the time, on one thread."""
    if dy.size >= 1 << 15 or not dy.flags.c_contiguous:
        return np.add.reduce(dy, axis=0)
    with one_blas_thread:
        return np.dot(_ones(len(dy), dy.dtype), dy)


@lru_cache(maxsize=8)
def _ones(n: int, dtype: Any) -> Array:
    return np.ones(n, dtype)


def _products(products: list[Product]) -> None:
    """Multiply (I, J) and (J, K), large ones in parts, all on the same threads."""
    largest = max(a.size * b.shape[1] for a, b, _ in products)
    if largest >= SHARED:
        run(_multiply, [part for product in products for part in _parts(*product)])
    elif largest < ALONE:
        for a, b, out in products:
            np.matmul(a, b, out=out)
    else:
        with one_blas_thread:
            for a, b, out in products:
                np.matmul(a, b, out=out)


def _parts(a: Array, b: Array, out: Array) -> list[Product]:
    """Cut a large product along the longer axis of its result."""
    rows, columns = out.shape
    work = a.size * columns
    if work < SHARED:
        return [(a, b, out)]
    axis = rows if rows > columns else columns
    count = max(2, work // LARGE)
    ends = [i * axis // count for i in range(count + 1)]
    if count == 2:
        # the second part waits for its thread to wake up: it is the smaller one
        ends[1] += axis * WAKING // (2 * work)
    parts = [slice(begin, end) for begin, end in pairwise(ends)]
    if rows > columns:
        return [(a[part], b, out[part]) for part in parts]
    return [(a, b[:, part], out[:, part]) for part in parts]


def _multiply(part: Product) -> None:
    a, b, out = part
    np.matmul(a, b, out=out)


def _multiply_and_add(b: Array, part: Product) -> None:
    """Add the bias to rows that are still in the cache, on the thread that made them."""
    _multiply(part)
    np.add(part[2], b, out=part[2])


register("linear", library="numpy", forward=forward, backward=backward, accepts=accepts)
