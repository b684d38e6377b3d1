"""How a convolution is cut into matrix products: parts of the batch, rows, and tiles of outputs.

Everything lies with the batch last (see ``memory.py``). A tile is t outputs side by side; they see
s columns of the image, and kernel times image is then one product for the whole tile,

    (t·M, C·kh·s) times (C·kh·s, tiles)        s = stride (t - 1) + dilation (kw - 1) + 1

where the kernel stands t times in the first matrix, shifted by the stride, among zeros. Tiles cost
multiplications by zero, s instead of t·kw for each row of the kernel, but of the second matrix,
the columns, which has to be gathered and on the way back scattered, there are s instead of t·kw
numbers too; and few channels become a matrix that BLAS is good at. With t = 1 these are the
columns of K. Chellapilla, S. Puri, P. Simard, 2006, *High performance convolutional neural networks
for document processing*, section 3.

A product with zero is zero for numbers only: an infinite or undefined pixel makes all outputs
undefined that share a tile with one that sees it.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from ...typing import Array
from ...windows import windows
from . import memory

__all__ = ["Plan", "Rows", "columns_of", "errors_of", "fold", "plan_of", "unfold"]

COLUMN_BYTES = 1 << 22
"""The columns of a part take at most this many bytes, or those of one row of outputs."""

SHARED_BYTES = 1 << 19
"""Less work is not cut in two: waking another thread would take longer."""

SAMPLES = 128
"""At most so many samples are worked on at a time: runs are long enough then."""

GATHERING = 22
"""What it costs to gather or scatter a number of the columns, in multiplications by BLAS."""

WIDEST = 8
"""A tile is at most so many outputs."""

Rows = tuple[int, int]


class Plan(NamedTuple):
    """Where the windows of a call are, and how the call is cut."""

    images: tuple[int, int, int, int]  # (C, H, W, N)
    groups: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    before: tuple[int, int]  # padding above and to the left
    padded: tuple[int, int]  # height and width with padding, wide enough for whole tiles
    out: tuple[int, int]
    tile: int  # t
    tiles: int  # in a row of outputs
    span: int  # s
    samples: tuple[slice, ...]
    rows: tuple[Rows, ...]

    def seen(self, rows: Rows) -> Rows:
        """Return which rows of the padded images some rows of outputs see."""
        reach = self.dilation[0] * (self.kernel[0] - 1)
        return rows[0] * self.stride[0], (rows[1] - 1) * self.stride[0] + reach + 1


def plan_of(
    x: tuple[int, ...],
    w: Array,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
    out: tuple[int, ...] | None = None,
) -> Plan:
    """Return the plan for an x of this shape; it is made once for each combination of shapes.

    `out` are the sizes of the outputs, if they are not all that fit into the image.
    """
    stride, padding, dilation = (
        tuple(a) if isinstance(a, list) else a for a in (stride, padding, dilation)
    )
    return _plan(tuple(x), w.shape, w.itemsize, stride, padding, dilation, groups, out)


@lru_cache(maxsize=512)
def _plan(
    x: tuple[int, ...],
    w: tuple[int, ...],
    itemsize: int,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
    outputs: tuple[int, ...] | None,
) -> Plan:
    win = windows("conv", x[2:], w[2:], stride, padding, dilation)
    one = (1,) * (4 - len(x))  # a sequence is an image of height 1
    (height, width), (kh, kw) = one + x[2:], one + w[2:]
    out = _pair(one + (outputs or win.out))
    (sh, sw), (dh, dw) = one + win.stride, one + win.dilation
    (top, bottom), (left, _) = ((0, 0),) * len(one) + win.padding

    def span_of(tile: int) -> int:
        return sw * (tile - 1) + dw * (kw - 1) + 1

    def cost(tile: int) -> float:
        return -(-out[1] // tile) * span_of(tile) * (tile * w[0] // groups + GATHERING)

    tile = min(range(1, min(WIDEST, out[1]) + 1), key=cost) if kw > 1 else 1
    tiles, span, step = -(-out[1] // tile), span_of(tile), sw * tile
    blocks = -(-x[0] // SAMPLES)
    n = -(-x[0] // blocks)
    columns = x[1] * kh * span * tiles * n * itemsize  # of one row of outputs
    parts = -(-out[0] * columns // COLUMN_BYTES)
    if out[0] * columns > SHARED_BYTES:
        parts += parts % 2  # two cores share them evenly
    parts = min(out[0], parts)
    ends = [i * out[0] // parts for i in range(parts + 1)]
    return Plan(
        images=(x[1], height, width, x[0]),
        groups=groups,
        kernel=(kh, kw),
        stride=(sh, sw),
        dilation=(dh, dw),
        before=(top, left),
        padded=(
            top + height + bottom,
            max(left + width, step * (tiles - 1 + -(-span // step))),
        ),
        out=out,
        tile=tile,
        tiles=tiles,
        span=span,
        samples=tuple(slice(i, min(i + n, x[0])) for i in range(0, x[0], n)),
        rows=tuple(pairwise(ends)),
    )


def _pair(sizes: tuple[int, ...]) -> tuple[int, int]:
    height, width = sizes
    return height, width


# ---- the two matrices ----------------------------------------------------------------------------


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
    (sh, sw), (dh, _), (kh, kw) = p.stride, p.dilation, p.kernel
    part = _padded(x, p, samples, p.seen(rows))
    channels, _, _, n = part.shape
    if kh * kw * sh * sw > 1:
        shape = (channels, kh, p.span, rows[1] - rows[0], p.tiles, n)
        c, h, v, i = part.strides
        strides = (c, h * dh, v, h * sh, v * sw * p.tile, i)
        seen: Array = np.ndarray(shape, x.dtype, part, 0, strides)
        part = memory.empty(shape, x.dtype)
        np.copyto(part, seen)
    return part.reshape(p.groups, channels // p.groups * kh * p.span, -1)


def _padded(x: Array, p: Plan, samples: slice, needed: Rows) -> Array:
    """Copy some rows of the padded images: (C, H, W, N) -> (C, R, W, n), as one block."""
    top, left = p.before
    channels, height, width, _ = p.images
    first, last = max(needed[0] - top, 0), max(min(needed[1] - top, height), 0)
    inner = x[:, first:last, :, samples]
    shape = (channels, needed[1] - needed[0], p.padded[1], inner.shape[-1])
    if inner.shape == shape and inner.flags.c_contiguous:
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
    return inner[:, split + here : max(last, split) + here].copy()


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
