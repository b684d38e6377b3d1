"""The matrices of a convolution: kernels repeated for a tile, columns gathered and scattered.

What tiles are, ``plan.py`` says. Images are (C, H, W, N), n of the N samples make a part.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...typing import Array
from . import memory
from .plan import Plan, Rows

__all__ = [
    "add_columns",
    "add_tail",
    "columns_of",
    "errors_of",
    "fold",
    "place_gradient",
    "place_outputs",
    "unfold",
]


def unfold(w: Array, p: Plan) -> Array:
    """Repeat the kernel for each output of a tile: (M, C/G, kh, kw) -> (G, t·M/G, C/G·kh·s)."""
    m, channels = w.shape[0] // p.groups, w.shape[1]
    kernel = w.reshape(p.groups, m, channels, *p.kernel)
    if p.tile == 1 and p.span == p.kernel[1]:
        return kernel.reshape(p.groups, m, -1)
    tiles = np.zeros((p.groups, p.tile, m, channels, p.kernel[0], p.span), w.dtype)
    for i in range(p.tile):
        tiles[:, i, ..., _places(p, i)] = kernel
    return tiles.reshape(p.groups, p.tile * m, -1)


def fold(tiles: Array, p: Plan) -> Array:
    """Add up what belongs to the same weight: (G, t·M/G, C/G·kh·s) -> (G, M/G, C/G, kh, kw)."""
    kh = p.kernel[0]
    m, channels = tiles.shape[1] // p.tile, tiles.shape[2] // (kh * p.span)
    tiles = tiles.reshape(p.groups, p.tile, m, channels, kh, p.span)
    total = tiles[:, 0, ..., _places(p, 0)].copy()
    for i in range(1, p.tile):
        total += tiles[:, i, ..., _places(p, i)]
    return total


def _places(p: Plan, i: int) -> slice:
    """Return which columns of a tile's image its output number i sees."""
    first = i * p.stride[1]
    return slice(first, first + p.dilation[1] * (p.kernel[1] - 1) + 1, p.dilation[1])


def columns_of(x: Array, p: Plan, samples: slice, rows: Rows) -> Array:
    """Gather what some rows of tiles see of (C, H, W, N): -> (G, C/G·kh·s, R·tiles·n)."""
    (sh, sw), (dh, _), kh = p.stride, p.dilation, p.kernel[0]
    part = _padded(x, p, samples, p.seen(rows))
    channels, _, _, n = part.shape
    shape = (channels, kh, p.span, rows[1] - rows[0], p.tiles, n)
    if kh * p.span > 1 or part.shape != (channels, *shape[3:]):
        c, h, v, i = part.strides
        strides = (c, h * dh, v, h * sh, v * sw * p.tile, i)
        # the first costs a microsecond, which counts for a single sample
        if part.flags.c_contiguous:
            seen: Array = np.ndarray(shape, x.dtype, part, 0, strides)
        else:
            seen = as_strided(part, shape, strides, writeable=False)
        part = memory.empty(shape, x.dtype)
        np.copyto(part, seen)
    return part.reshape(p.groups, channels // p.groups * kh * p.span, -1)


def _padded(x: Array, p: Plan, samples: slice, needed: Rows) -> Array:
    """Return some rows of the padded images, each row as one run: (C, H, W, N) -> (C, R, W, n)."""
    top, left = p.before
    channels, height, width, _ = p.images
    first, last = max(needed[0] - top, 0), max(min(needed[1] - top, height), 0)
    inner = x[:, first:last, :, samples]
    shape = (channels, needed[1] - needed[0], p.padded[1], inner.shape[-1])
    if inner.shape == shape and inner[0, 0].flags.c_contiguous:
        return inner
    part = memory.empty(shape, x.dtype)
    above = min(max(top - needed[0], 0), shape[1])
    below = above + max(last - first, 0)
    for border in (part[:, :above], part[:, below:], part[:, :, :left], part[:, :, left + width :]):
        if border.size:
            border[...] = 0
    if last > first:
        memory.copy(part[:, above:below, left : left + width], inner)
    return part


def add_columns(columns: Array, p: Plan, rows: Rows) -> Array:
    """Add up columns where they came from: (G, C/G·kh·s, R·tiles·n) -> (C, H, W, n).

    The rows of the result are those that these rows of outputs see of the padded images.
    """
    (sh, sw), (dh, _), kh = p.stride, p.dilation, p.kernel[0]
    count, step, channels = rows[1] - rows[0], sw * p.tile, p.images[0]
    columns = columns.reshape(channels, kh, p.span, count, p.tiles, -1)
    n = columns.shape[-1]
    first, last = p.seen(rows)
    image = memory.empty((channels, last - first, p.padded[1], n), columns.dtype)
    image[...] = 0
    for i in range(kh):
        lines = image[:, i * dh : i * dh + sh * (count - 1) + 1 : sh]
        for begin in range(0, p.span, step):
            # as many columns of a tile as the next tile is away: they do not overlap
            part = columns[:, i, begin : begin + step].transpose(0, 2, 3, 1, 4)
            place = lines[:, :, begin : begin + step * p.tiles]
            place = place.reshape(channels, count, p.tiles, step, n)[:, :, :, : part.shape[3]]
            np.add(place, part, out=place)
    return image


def place_gradient(image: Array, dx: Array, p: Plan, samples: slice, rows: Rows) -> Array:
    """Write what :func:`add_columns` gave to (C, H, W, N), up to where the next part begins.

    Returned are the rows beyond, which the next part writes: :func:`add_tail` adds them later.
    """
    first, end = p.seen(rows)
    following = rows[1] * p.stride[0] if rows[1] < p.out[0] else p.padded[0]
    (top, left), (_, height, width, _) = p.before, p.images
    begin, split, stop, last = (
        min(max(row - top, 0), height) for row in (first, min(end, following), following, end)
    )
    inner = image[:, :, left : left + width]
    here = top - first
    dx[:, begin:split, :, samples] = inner[:, begin + here : split + here]
    dx[:, split:stop, :, samples] = 0  # between windows, or after the last: nobody saw them
    tail = inner[:, split + here : max(last, split) + here]
    kept = memory.empty(tail.shape, tail.dtype)
    np.copyto(kept, tail)
    return kept


def add_tail(tail: Array, dx: Array, p: Plan, samples: slice, rows: Rows) -> None:
    """Add the rows that :func:`place_gradient` returned."""
    if tail.size:
        last = min(p.seen(rows)[1] - p.before[0], p.images[1])
        dx[:, last - tail.shape[1] : last, :, samples] += tail


def errors_of(dy: Array, p: Plan, samples: slice, rows: Rows) -> Array:
    """Sort a part of (M, H', W', N) by tiles: -> (G, t·M/G, R·tiles·n)."""
    part = dy[:, rows[0] : rows[1], :, samples]
    m, count, width, n = part.shape
    if p.tile == 1 and part.flags.c_contiguous:
        return part.reshape(p.groups, m // p.groups, -1)
    tiles = memory.empty((p.groups, p.tile, m // p.groups, count, p.tiles, n), dy.dtype)
    part = part.reshape(p.groups, m // p.groups, count, width, n)
    for i, (there, here) in enumerate(_tiles(p)):
        np.copyto(tiles[:, i, :, :, there], part[:, :, :, here])
        if there.stop < p.tiles:
            tiles[:, i, :, :, there.stop :] = 0
    return tiles.reshape(p.groups, p.tile * m // p.groups, -1)


def place_outputs(
    own: Array, b: Array | None, y: Array, p: Plan, samples: slice, rows: Rows
) -> None:
    """Write (G, t·M/G, R·tiles·n) with the bias to where it belongs in (M, H', W', N)."""
    place = y[:, rows[0] : rows[1], :, samples]
    m, count, _, n = place.shape
    own = own.reshape(p.groups, p.tile, m // p.groups, count, p.tiles, n)
    place = place.reshape(p.groups, m // p.groups, *place.shape[1:])
    bias = None if b is None else b.reshape(p.groups, m // p.groups, 1, 1, 1)
    for i, (there, here) in enumerate(_tiles(p)):
        if bias is None:
            np.copyto(place[:, :, :, here], own[:, i, :, :, there])
        else:
            np.add(own[:, i, :, :, there], bias, out=place[:, :, :, here])


def _tiles(p: Plan) -> list[tuple[slice, slice]]:
    """Return, for each output of a tile, in which tiles it is and where it is in the row."""
    width = p.out[1]
    return [(slice(0, -(-(width - i) // p.tile)), slice(i, width, p.tile)) for i in range(p.tile)]
