"""How a convolution is cut: parts of the batch, rows of the image, and tiles of outputs.

Everything lies with the batch last (see ``memory.py``). A tile is t outputs side by side; they see
s columns of the image, and kernel times image is then one product for the whole tile,

    (t·M, C·kh·s) times (C·kh·s, tiles)        s = stride (t - 1) + dilation (kw - 1) + 1

where the kernel stands t times in the first matrix, shifted by the stride, among zeros. Tiles cost
multiplications by zero, s instead of kw for each row of the kernel; but of the second matrix, the
columns, which has to be gathered and on the way back scattered, there are s instead of t·kw numbers
for t outputs, and few channels become a matrix that BLAS is good at. With t = 1 these are the
columns of K. Chellapilla, S. Puri, P. Simard, 2006, *High performance convolutional neural networks
for document processing*, section 3.

A product with zero is zero for numbers only: an infinite or undefined pixel makes all outputs
undefined that share a tile with one that sees it.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from ...typing import Array
from ...windows import hashable, windows

__all__ = ["Plan", "Rows", "plan_of"]

COLUMN_BYTES = 1 << 22
"""The columns of a part take at most this many bytes, or those of one row of outputs."""

SHARED_BYTES = 1 << 20
"""Less work is not cut in two: waking another thread would take longer."""

SAMPLES = 128
"""At most so many samples are worked on at a time: runs are long enough then."""

GATHERING = 22
"""What it costs to gather or scatter a number of the columns, in multiplications by BLAS."""

STARTING = 300
"""What it costs to begin a run of numbers, in multiplications by BLAS."""

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
    sizes = hashable(stride, padding, dilation)
    return _plan(tuple(x), w.shape, w.itemsize, *sizes, groups, out)


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

    blocks = -(-x[0] // SAMPLES)
    n = -(-x[0] // blocks)

    def cost(tile: int) -> float:
        run = n * out[1] if sw * tile == 1 else n
        gathering = GATHERING + STARTING / run
        return -(-out[1] // tile) * span_of(tile) * (tile * w[0] // groups + gathering)

    tile = min(range(1, min(WIDEST, out[1]) + 1), key=cost) if kw > 1 else 1
    tiles, span, step = -(-out[1] // tile), span_of(tile), sw * tile
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
