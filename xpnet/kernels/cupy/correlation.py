"""The three sums of convolution and transposed convolution, as in the generic ``ops/conv.py``.

A part of the batch at a time: its windows side by side as columns (C·kh·kw, n·P), then one matrix
product per group. Columns take at most COLUMN_BYTES, whatever the batch; they are not kept for the
way back but copied again, which costs little next to the product. Sums over the parts are made in
their order and no kernel adds atomically, so results are the same in each run.

Where each channel is a group of its own, windows are summed directly. Where cuDNN is installed and
has a plan for the shapes (``cudnn.py``), it does the sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...typing import Array, DType
from ...windows import windows
from . import cudnn
from .geometry import packed
from .gpu import DTYPES, cupy, launch, launch_blocks, wide
from .products import product

__all__ = ["Correlation", "fits"]

COLUMN_BYTES = 1 << 27
"""The columns of a part of the batch take at most this many bytes, or those of one image."""


def fits(x: Array, w: Array, b: Array | None) -> bool:
    """Tell whether the kernels take these arrays: sequences and images with elements."""
    return bool(
        w.ndim in (3, 4)
        and x.dtype.char in DTYPES
        and w.dtype == x.dtype
        and (b is None or b.dtype == x.dtype)
        and x.size > 0
        and w.size > 0
    )


class Correlation:
    """Correlation of images (N, C, *spatial) with weights (M, C/G, *kernel): -> (N, M, *out)."""

    def __init__(
        self,
        spatial: tuple[int, ...],
        weights: tuple[int, ...],
        stride: Any,
        padding: Any,
        dilation: Any,
        groups: int,
        out: tuple[int, ...] | None = None,
    ) -> None:
        self.m, per_group, *kernel = weights
        self.c = per_group * groups
        self.groups, self.weights, self.spatial = groups, weights, tuple(spatial)
        placed = windows("conv", self.spatial, tuple(kernel), stride, padding, dilation)
        if out is not None:  # a transposed convolution knows how many there are
            placed = placed._replace(out=tuple(out))
        self.windows = placed
        win = packed(self.c, self.spatial, placed)
        self.struct, self.out, self.pixels = win.struct, win.out, win.pixels
        self.rows = self.c * win.places  # of the columns, all groups together
        self.direct = groups > 1 and per_group == 1
        self.multiplier = self.m // groups  # results per channel, where that is so

    # ---- the sums --------------------------------------------------------------------------------

    def correlate(self, x: Array, w: Array, b: Array | None) -> Array:
        """Compute y from x: (N, C, *spatial) -> (N, M, *out)."""
        cp, n = cupy(), x.shape[0]
        y = cp.empty((n, self.m, *self.out), x.dtype)
        if self.direct:
            kernel = "depthwise/depthwise"
            launch(kernel, x.dtype, y.size, x, w, b, y, self.struct, n, self.multiplier)
            return y
        plan = self._plan("y", n, x.dtype)
        if plan is not None:
            plan.run(x, w, y)
            return y if b is None else self._with_bias(y, b)
        matrix = w.reshape(self.m, self.rows // self.groups)
        for start, stop in self._parts(n, x.dtype):
            columns = self._columns(x[start:stop])
            sums = cp.empty((self.m, columns.shape[1]), x.dtype)
            for weights, rows, result in self._by_group(matrix, columns, sums):
                product(weights, rows, out=result)
            own = y[start:stop]
            arguments = (sums, b, own, stop - start, self.m, self.pixels)
            launch("conv/samples_first", x.dtype, own.size, *arguments)
        return y

    def gradients(
        self, dy: Array, x: Array | None, w: Array | None, b: Array | None = None
    ) -> tuple[Array | None, Array | None]:
        """Compute dx if `w` is given, and dw if `x` is; one layout of dy serves both."""
        cp, n, dtype = cupy(), dy.shape[0], dy.dtype
        dx = None if w is None else cp.empty((n, self.c, *self.spatial), dtype)
        if self.direct:
            return self._gradients_directly(dy, x, w, b, dx)
        asked = [kind for kind, wanted in (("x", dx), ("w", x)) if wanted is not None]
        plans = {kind: self._plan(kind, n, dtype) for kind in asked}
        if None not in plans.values():
            return self._gradients_by_cudnn(plans, dy, x, w, b, dx)
        per_group = self.rows // self.groups
        matrix = None if w is None else w.reshape(self.m, per_group)
        dw = None
        for start, stop in self._parts(n, dtype):
            errors = self._channels_first(dy[start:stop])  # (M, n·P)
            columns = None
            if x is not None:
                columns = self._columns(x[start:stop])
                part = cp.empty((self.m, per_group), dtype)
                for error, rows, result in self._by_group(errors, columns, part):
                    product(error, rows.T, out=result)
                dw = part if dw is None else cp.add(dw, part, dtype=wide(dtype))
            if matrix is not None and dx is not None:
                if columns is None:
                    columns = cp.empty((self.rows, errors.shape[1]), dtype)
                for weights, error, result in self._by_group(matrix, errors, columns):
                    product(weights.T, error, out=result)
                own = dx[start:stop]
                arguments = (columns, b, own, self.struct, stop - start)
                launch("conv/col2im", dtype, own.size, *arguments)
        if dw is not None:
            dw = dw.astype(dtype, copy=False).reshape(self.weights)
        return dx, dw

    def sum_of_error(self, dy: Array) -> Array:
        """Compute db: (N, M, *out) -> (M,)."""
        return dy.sum(axis=(0, *range(2, dy.ndim)))

    # ---- cuDNN -----------------------------------------------------------------------------------

    def _plan(self, kind: str, n: int, dtype: DType) -> cudnn.Plan | None:
        x, y = (n, self.c, *self.spatial), (n, self.m, *self.out)
        return cudnn.plan(kind, cudnn.Images(x, self.weights, y, self.windows), dtype.char)

    def _gradients_by_cudnn(
        self,
        plans: dict[str, Any],
        dy: Array,
        x: Array | None,
        w: Array | None,
        b: Array | None,
        dx: Array | None,
    ) -> tuple[Array | None, Array | None]:
        dw = None
        if dx is not None:
            plans["x"].run(dx, w, dy)
            if b is not None:
                dx = self._with_bias(dx, b)
        if x is not None:
            dw = cupy().empty(self.weights, dy.dtype)
            plans["w"].run(x, dw, dy)
        return dx, dw

    def _with_bias(self, images: Array, b: Array) -> Array:
        """Add a number to each channel, in place."""
        own = b.reshape(-1, *[1] * (images.ndim - 2))
        result: Array = cupy().add(images, own, out=images)
        return result

    # ---- channels by themselves ------------------------------------------------------------------

    def _gradients_directly(
        self, dy: Array, x: Array | None, w: Array | None, b: Array | None, dx: Array | None
    ) -> tuple[Array | None, Array | None]:
        n, dtype, dw = dy.shape[0], dy.dtype, None
        if dx is not None:
            arguments = (dy, w, b, dx, self.struct, n, self.multiplier)
            launch("depthwise/depthwise_images", dtype, dx.size, *arguments)
        if x is not None:
            dw = cupy().empty(self.weights, dtype)
            kernel, length = "depthwise/depthwise_weights", n * self.pixels
            others = (self.struct, n, self.multiplier)
            launch_blocks(kernel, dtype, dw.size, length, dy, x, dw, *others)
        return dx, dw

    # ---- matrices --------------------------------------------------------------------------------

    def _parts(self, n: int, dtype: DType) -> Iterator[tuple[int, int]]:
        """Cut the batch so that the columns of a part stay within COLUMN_BYTES."""
        size = max(1, COLUMN_BYTES // (self.rows * self.pixels * dtype.itemsize))
        for start in range(0, n, size):
            yield start, min(start + size, n)

    def _by_group(self, *matrices: Array) -> Iterator[tuple[Array, ...]]:
        """Cut matrices into the rows of each group."""
        for g in range(self.groups):
            yield tuple(
                a[g * (len(a) // self.groups) : (g + 1) * (len(a) // self.groups)] for a in matrices
            )

    def _columns(self, x: Array) -> Array:
        """(n, C, *spatial) -> (C·K, n·P)."""
        n = x.shape[0]
        columns = cupy().empty((self.rows, n * self.pixels), x.dtype)
        size = self.c * columns.shape[1]
        launch("conv/im2col", x.dtype, size, x, columns, self.struct, n)
        return columns

    def _channels_first(self, dy: Array) -> Array:
        """(n, M, *out) -> (M, n·P)."""
        n = dy.shape[0]
        if n == 1:
            return dy.reshape(self.m, self.pixels)
        rows = cupy().empty((self.m, n * self.pixels), dy.dtype)
        launch("conv/channels_first", dy.dtype, dy.size, dy, rows, n, self.m, self.pixels)
        return rows
