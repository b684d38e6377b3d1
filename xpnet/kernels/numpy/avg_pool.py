"""Average pooling: a sum of whole images for each place of the window (see ``memory.py``)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...typing import Array
from ...windows import Sizes, Windows, counted, per_axis
from ..registry import register
from . import memory
from .pools import pool_of
from .threads import cut_first_axis, run

__all__: list[str] = []


def accepts(x: Array, **options: Any) -> bool:
    """Take images and sequences."""
    return 3 <= x.ndim <= 4 and x.dtype.char in "fd" and x.size > 0


def forward(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> tuple[Array, Any]:
    pool = pool_of(x, kernel_size, stride, padding, 1, ceil_mode)
    images = memory.block(x)
    y = memory.empty((images.shape[0], *pool.out, images.shape[-1]), x.dtype)
    pads = None
    if count_include_pad:
        pads = per_axis("avg_pool", "padding", padding, x.ndim - 2, least=0)
    share = _share(x, pool.win, pads)

    def work(part: slice) -> None:
        own, out = images[part], y[part]
        out[...] = 0
        for place in pool.places:
            np.add(out[place.windows], own[place.seen], out=out[place.windows])
        np.multiply(out, share, out=out)

    run(work, cut_first_axis(images), products=False)
    return memory.samples(y, x.ndim), (images.shape, share, pool, x.ndim)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    shape, share, pool, ndim = saved
    errors = memory.block(dy)
    dx = memory.empty(shape, dy.dtype)

    def work(part: slice) -> None:
        own, out = errors[part] * share, dx[part]
        if not pool.apart:
            out[...] = 0
        for place in pool.places:
            if pool.apart:
                np.copyto(out[place.seen], own[place.windows])
            else:
                np.add(out[place.seen], own[place.windows], out=out[place.seen])

    run(work, cut_first_axis(dx), products=False)
    return (memory.samples(dx, ndim),)


def _share(x: Array, win: Windows, pads: Sizes | None) -> Any:
    """Return 1/n for the n elements that a window counts: a number, or (H', W', 1)."""
    counts = counted(win, x.shape[2:], pads)
    if all(len(set(along)) == 1 for along in counts):
        return x.dtype.type(1.0 / math.prod(along[0] for along in counts))
    table = np.ones(1, x.dtype)
    for along in counts:
        table = np.multiply.outer(table, 1.0 / np.asarray(along, x.dtype))
    return table.reshape(*((1,) * (4 - x.ndim)), *win.out, 1)


register("avg_pool", library="numpy", forward=forward, backward=backward, accepts=accepts)
