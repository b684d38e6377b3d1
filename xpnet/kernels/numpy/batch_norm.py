"""Batch normalisation and its statistics, channel by channel.

With the batch as the last axis (see ``memory.py``) a channel is one run of memory. A few channels
at a time stay in the cache for all passes over them, and sums are NumPy's pairwise ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from . import memory
from .threads import cut_first_axis, run

__all__: list[str] = []


def accepts(x: Array, *weights: Any, **options: Any) -> bool:
    """Take images and sequences."""
    return 3 <= x.ndim <= 4 and x.dtype.char in "fd" and x.size > 0


# ---- mean and variance ---------------------------------------------------------------------------


def statistics_forward(x: Array) -> tuple[Array, Any]:
    images = memory.block(x)
    y = np.empty((2, images.shape[0]), x.dtype)

    def work(part: slice) -> None:
        rows = _rows(images[part])
        mean = np.mean(rows, axis=1, out=y[0, part])
        centred = _minus(rows, mean)
        np.multiply(centred, centred, out=centred)
        np.mean(centred, axis=1, out=y[1, part])

    run(work, cut_first_axis(images), products=False)
    return y, (images, y[0], x.ndim)


def statistics_backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    images, mean, ndim = saved
    dx = memory.empty(images.shape, images.dtype)
    share = dy / (images.size // images.shape[0])

    def work(part: slice) -> None:
        rows = _minus(_rows(images[part]), mean[part])
        np.multiply(rows, (2.0 * share[1, part])[:, None], out=rows)
        np.add(rows, share[0, part, None], out=_rows(dx[part]))

    run(work, cut_first_axis(images), products=False)
    return (memory.samples(dx, ndim),)


# ---- normalisation -------------------------------------------------------------------------------


def forward(
    x: Array,
    mean: Array | None = None,
    var: Array | None = None,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    training: bool = False,
    eps: float = 1e-5,
) -> tuple[Array, Any]:
    if mean is None or var is None:
        mean, var = statistics_forward(x)[0]
    images = memory.block(x)
    y = memory.empty(images.shape, images.dtype)
    r = 1.0 / np.sqrt(var + eps)
    scale = r if weight is None else r * weight

    def work(part: slice) -> None:
        out = _rows(y[part])
        np.subtract(_rows(images[part]), mean[part, None], out=out)
        np.multiply(out, scale[part, None], out=out)
        if bias is not None:
            np.add(out, bias[part, None], out=out)

    run(work, cut_first_axis(images), products=False)
    return memory.samples(y, x.ndim), (images, mean, r, scale, training, x.ndim)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    images, mean, r, scale, training, ndim = saved
    inputs, needs = len(needs), needs + (False,) * (5 - len(needs))
    errors = memory.block(dy)
    dx = memory.empty(images.shape, images.dtype) if needs[0] else None
    dw, db = np.empty((2, images.shape[0]), images.dtype)
    n = images.size // images.shape[0]

    def work(part: slice) -> None:
        delta = _rows(errors[part])
        np.add.reduce(delta, axis=1, out=db[part])
        centred = _minus(_rows(images[part]), mean[part])
        product = np.multiply(delta, centred, out=memory.empty(delta.shape, delta.dtype))
        dw[part] = r[part] * np.add.reduce(product, axis=1)
        if dx is None:
            return
        out = _rows(dx[part])
        if training:
            np.multiply(centred, (r[part] * dw[part] / n)[:, None], out=centred)
            np.add(centred, (db[part] / n)[:, None], out=centred)
            np.subtract(delta, centred, out=out)
            np.multiply(out, scale[part, None], out=out)
        else:
            np.multiply(delta, scale[part, None], out=out)

    run(work, cut_first_axis(images), products=False)
    dmean = -scale * db if needs[1] and not training else None
    dvar = -0.5 * scale * r * dw if needs[2] and not training else None
    out = None if dx is None else memory.samples(dx, ndim)
    return (out, dmean, dvar, dw, db)[:inputs]


def _rows(images: Array) -> Array:
    """(C, H, W, N) -> (C, H·W·N)."""
    return images.reshape(images.shape[0], -1)


def _minus(rows: Array, mean: Array) -> Array:
    return np.subtract(rows, mean[:, None], out=memory.empty(rows.shape, rows.dtype))


register(
    "batch_statistics",
    library="numpy",
    forward=statistics_forward,
    backward=statistics_backward,
    accepts=accepts,
)
register("batch_norm", library="numpy", forward=forward, backward=backward, accepts=accepts)
