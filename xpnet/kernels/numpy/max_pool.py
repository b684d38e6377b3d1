"""Maximum pooling: one comparison of whole images for each place of the window.

With the batch as the last axis (see ``memory.py``), what a place of all windows sees are long runs.
On the way back the same comparisons tell where the error goes: a bit mask keeps it for the place
that equals the maximum, and what is left goes on to the next place, so that of equal elements the
first one wins, row by row, as in the generic op.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from . import memory
from .pools import pool_of
from .threads import cut_first_axis, run

__all__: list[str] = []

_INTEGER: dict[object, type] = {np.dtype("float32"): np.int32, np.dtype("float64"): np.int64}


def accepts(x: Array, **options: Any) -> bool:
    """Take images and sequences."""
    return 3 <= x.ndim <= 4 and x.dtype in _INTEGER and x.size > 0


def forward(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Any]:
    pool = pool_of(x, kernel_size, stride, padding, dilation, ceil_mode)
    images = memory.block(x)
    y = memory.empty((images.shape[0], *pool.out, images.shape[-1]), x.dtype)

    def work(part: slice) -> None:
        own, out = images[part], y[part]
        places = pool.places
        if pool.whole and len(places) > 1:
            np.maximum(own[places[0].seen], own[places[1].seen], out=out)
            places = places[2:]
        else:
            out[...] = -np.inf  # no element is smaller, so padding wins against none
        for place in places:
            np.maximum(out[place.windows], own[place.seen], out=out[place.windows])

    run(work, cut_first_axis(images), products=False)
    return memory.samples(y, x.ndim), (images, y, pool, x.ndim)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    images, y, pool, ndim = saved
    integer = _INTEGER[y.dtype]
    errors = memory.block(dy).view(integer)
    dx = memory.empty(images.shape, images.dtype)

    def work(part: slice) -> None:
        own, best, out = images[part], y[part], dx[part].view(integer)
        undefined = bool(np.isnan(best).any())
        left = errors[part]  # the error that nobody has won so far
        if not pool.apart:
            out[...] = 0
        for place in pool.places:
            rest = left[place.windows]
            seen = out[place.seen]
            if place is pool.places[-1] and pool.whole:
                won = rest
            else:
                wins = np.equal(own[place.seen], best[place.windows])
                if undefined:  # it is not equal to itself, but wins
                    np.logical_or(wins, np.isnan(own[place.seen]), out=wins)
                mask = wins.view(np.int8)
                np.negative(mask, out=mask)
                won = seen if pool.apart else memory.empty(rest.shape, integer)
                np.bitwise_and(mask, rest, out=won)
                if place is pool.places[0]:
                    left = memory.empty(left.shape, integer)
                    if not pool.whole:
                        np.copyto(left, errors[part])
                np.bitwise_xor(rest, won, out=left[place.windows])
            if not pool.apart:
                np.add(seen.view(y.dtype), won.view(y.dtype), out=seen.view(y.dtype))
            elif won is not seen:
                np.copyto(seen, won)

    run(work, cut_first_axis(images), products=False)
    return (memory.samples(dx, ndim),)


register("max_pool", library="numpy", forward=forward, backward=backward, accepts=accepts)
