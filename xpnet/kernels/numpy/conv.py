"""Convolution of images: the columns of a part of the batch at a time, then one matrix product.

The columns of a part, (C·kh·kw, n·H'·W'), are copied in runs along the rows of the image. Where
rows are short, the images of the part are innermost, (C·kh·kw, H'·W'·n), which makes runs n times
longer. Columns take at most COLUMN_BYTES per thread; they are not kept for the way back but copied
again. A batch is cut into the same parts whatever the number of threads, and sums over the parts
are made in their order.

Results lie in memory with the channel as the first axis, (M, N, H', W'): the order in which the
matrix product gives them. Activations and pooling keep it, so nothing is transposed in between.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...typing import Array
from ..registry import register
from .threads import run

__all__: list[str] = []

COLUMN_BYTES = 1 << 21
"""The columns of a part of the batch take at most this many bytes, or those of one image."""

SHORT_ROW = 20
"""Outputs with rows shorter than this have the images of a part innermost."""

_thread = threading.local()


def _buffer(name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return memory that this thread keeps from step to step: fresh memory costs page faults."""
    kept: dict[str, Array] = _thread.__dict__
    size = int(np.prod(shape)) * dtype.itemsize
    if name not in kept or kept[name].size < size:
        kept[name] = np.empty(size, np.uint8)
    return kept[name][:size].view(dtype).reshape(shape)


def accepts(
    x: Array,
    w: Array,
    b: Array | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> bool:
    """Take images in one group, of a dtype that BLAS multiplies."""
    return (
        w.ndim == 4
        and groups == 1
        and x.dtype.char in "fd"
        and x.shape[0] > 0
        and (b is None or b.dtype == x.dtype)
    )


class _Geometry:
    """Where the windows of this call are, and how the batch is cut."""

    def __init__(self, x: Array, w: Array, stride: Any, padding: Any, dilation: Any) -> None:
        self.n, self.c, *self.spatial = x.shape
        self.m, _, *self.kernel = w.shape
        self.rows = self.c * self.kernel[0] * self.kernel[1]
        self.stride = stride if isinstance(stride, tuple | list) else (stride, stride)
        self.dilation = dilation if isinstance(dilation, tuple | list) else (dilation, dilation)
        reach = [d * (k - 1) for k, d in zip(self.kernel, self.dilation, strict=True)]
        if padding == "same":
            pads = [(r // 2, r - r // 2) for r in reach]
        else:
            padding = 0 if padding == "valid" else padding
            pair = padding if isinstance(padding, tuple | list) else (padding, padding)
            pads = [(p, p) for p in pair]
        self.before = [p[0] for p in pads]
        self.padded = [n + sum(p) for n, p in zip(self.spatial, pads, strict=True)]
        self.out = [
            (n - r - 1) // s + 1 for n, r, s in zip(self.padded, reach, self.stride, strict=True)
        ]
        self.pixels = self.out[0] * self.out[1]
        size = max(1, COLUMN_BYTES // (self.rows * self.pixels * x.itemsize))
        self.parts = [(i, min(i + size, self.n)) for i in range(0, self.n, size)]

        self.last = self.out[1] < SHORT_ROW  # whether the images are the last axis

    def order(self, x: Array) -> Array:
        """Bring a part into the order to work in: (C, n, H, W) stays, or becomes (C, H, W, n)."""
        return x.transpose(0, 2, 3, 1) if self.last else x

    def scratch(self, n: int, dtype: np.dtype[Any]) -> tuple[Array, Array]:
        """Return memory for padded images in the order to work in, and the images inside."""
        padded = _buffer(
            "padded",
            (self.c, *self.padded, n) if self.last else (self.c, n, *self.padded),
            dtype,
        )
        (top, left), (height, width) = self.before, self.spatial
        rows, columns = slice(top, top + height), slice(left, left + width)
        inner = padded[:, rows, columns] if self.last else padded[:, :, rows, columns]
        return padded, inner

    def columns(self, x: Array) -> Array:
        """Copy the columns of some images: (n, C, H, W) -> (C·kh·kw, n·H'·W')."""
        n = x.shape[0]
        images = self.order(x.transpose(1, 0, 2, 3))
        if self.last or self.padded != self.spatial:
            padded, inner = self.scratch(n, x.dtype)
            if self.padded != self.spatial:
                padded[...] = 0
            np.copyto(inner, images)
            images = padded
        (dh, dv), (sh, sv) = self.dilation, self.stride
        if self.last:  # (C, kh, kw, H', W', n)
            c, h, v, i = images.strides
            shape = (self.c, *self.kernel, *self.out, n)
            strides = (c, h * dh, v * dv, h * sh, v * sv, i)
        else:  # (C, kh, kw, n, H', W')
            c, i, h, v = images.strides
            shape = (self.c, *self.kernel, n, *self.out)
            strides = (c, h * dh, v * dv, i, h * sh, v * sv)
        columns = _buffer("columns", shape, x.dtype)
        np.copyto(columns, as_strided(images, shape, strides, writeable=False))
        return columns.reshape(self.rows, n * self.pixels)

    def images(self, columns: Array, dx: Array) -> None:
        """Add columns up where they came from: (C·kh·kw, n·H'·W') -> dx (C, n, H, W)."""
        n = dx.shape[1]
        part = (*self.out, n) if self.last else (n, *self.out)
        columns = columns.reshape(self.c, *self.kernel, *part)
        padded, inner = self.scratch(n, dx.dtype)
        padded[...] = 0
        (dh, dv), (sh, sv), (height, width) = self.dilation, self.stride, self.out
        for i in range(self.kernel[0]):
            for j in range(self.kernel[1]):
                rows = slice(i * dh, i * dh + sh * (height - 1) + 1, sh)
                places = slice(j * dv, j * dv + sv * (width - 1) + 1, sv)
                seen = padded[:, rows, places] if self.last else padded[:, :, rows, places]
                np.add(seen, columns[:, i, j], out=seen)
        np.copyto(self.order(dx), inner)


def forward(
    x: Array,
    w: Array,
    b: Array | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> tuple[Array, Any]:
    g = _Geometry(x, w, stride, padding, dilation)
    weights = w.reshape(g.m, g.rows)
    y = np.empty((g.m, g.n * g.pixels), x.dtype)
    images = y.reshape(g.m, g.n, *g.out)

    def work(part: tuple[int, int]) -> None:
        start, stop = part
        own = y[:, start * g.pixels : stop * g.pixels]
        if g.last:
            own = _buffer("product", own.shape, x.dtype)
        np.matmul(weights, g.columns(x[start:stop]), out=own)
        if b is not None:
            np.add(own, b[:, None], out=own)
        if g.last:
            np.copyto(g.order(images[:, start:stop]), own.reshape(g.m, *g.out, stop - start))

    run(work, g.parts)
    return images.transpose(1, 0, 2, 3), (x, w, g)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, g = saved
    weights = w.reshape(g.m, g.rows)
    errors = dy.transpose(1, 0, 2, 3)  # (M, N, H', W')
    bias = len(needs) > 2 and needs[2]
    dws: dict[int, Array] = {}
    dbs: dict[int, Array] = {}
    dx = np.empty((g.c, g.n, *g.spatial), x.dtype) if needs[0] else None

    def work(part: tuple[int, int]) -> None:
        start, stop = part
        own = g.order(errors[:, start:stop])
        if g.last or own.strides[1:] != (g.pixels * x.itemsize, g.out[1] * x.itemsize, x.itemsize):
            copy = _buffer("errors", own.shape, x.dtype)
            np.copyto(copy, own)
            own = copy
        own = own.reshape(g.m, (stop - start) * g.pixels)
        if bias:
            dbs[start] = own.sum(axis=1)
        if needs[1]:
            dws[start] = np.matmul(own, g.columns(x[start:stop]).T)
        if dx is not None:
            columns = _buffer("columns", (g.rows, own.shape[1]), x.dtype)
            np.matmul(weights.T, own, out=columns)
            g.images(columns, dx[:, start:stop])

    run(work, g.parts)
    first = [start for start, _ in g.parts]
    dw = sum((dws[i] for i in first[1:]), start=dws[0]).reshape(w.shape) if needs[1] else None
    db = sum((dbs[i] for i in first[1:]), start=dbs[0]) if bias else None
    out = None if dx is None else dx.transpose(1, 0, 2, 3)
    return (out, dw, db)[: len(needs)]


register("conv", library="numpy", forward=forward, backward=backward, accepts=accepts)
