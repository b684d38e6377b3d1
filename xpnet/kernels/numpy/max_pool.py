"""Maximum pooling of images in windows of 2x2 side by side, the pooling of most networks.

First the larger of each two neighbours in a row, over the whole memory as one run, then the larger
of each two rows. On the way back the same comparisons tell where the error goes: a bit mask keeps
it for one of two, and what differs from that is for the other. Rows come first, so that of equal
elements the first one wins, row by row, as in the generic op.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...typing import Array
from ..registry import register
from .threads import run

__all__: list[str] = []

PART_BYTES = 1 << 18
"""Images are worked on in parts of about this size, which stay in the cache."""

_INTEGER: dict[object, type] = {np.dtype("float32"): np.int32, np.dtype("float64"): np.int64}


def accepts(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> bool:
    """Take 2x2 windows side by side on images of even height and width."""
    return (
        kernel_size in (2, (2, 2))
        and stride in (None, 2, (2, 2))
        and padding in (0, (0, 0))
        and dilation in (1, (1, 1))
        and x.ndim == 4
        and x.dtype in _INTEGER
        and x.shape[2] % 2 == 0
        and x.shape[3] % 2 == 0
        and x.size > 0
    )


def forward(x: Array, **options: Any) -> tuple[Array, Any]:
    swapped = not x.flags.c_contiguous and x.transpose(1, 0, 2, 3).flags.c_contiguous
    images = np.ascontiguousarray(_order(x, swapped))  # (N, C, H, W), or (C, N, H, W)
    a, b, height, width = images.shape
    y = np.empty((a, b, height // 2, width // 2), x.dtype)
    rows = images.reshape(a * b, height * width)
    results = y.reshape(a * b, height // 2, width // 2)
    parts = _parts(rows)

    def work(part: slice) -> None:
        pairs = _larger_of_neighbours(rows[part].reshape(-1)).reshape(
            -1, height // 2, 2, width // 2
        )
        np.maximum(pairs[:, :, 0], pairs[:, :, 1], out=results[part])

    run(work, parts)
    return _order(y, swapped), (rows, results, parts, images.shape, swapped)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    rows, results, parts, shape, swapped = saved
    integer = _INTEGER[rows.dtype]
    errors: Array = np.ascontiguousarray(_order(dy, swapped)).reshape(results.shape).view(integer)
    dx = np.empty(rows.shape, rows.dtype)
    height, width = shape[2] // 2, shape[3] // 2

    def work(part: slice) -> None:
        x = rows[part].reshape(-1)
        larger = _larger_of_neighbours(x)
        pairs = larger.reshape(-1, height, 2, width)
        error = np.empty(pairs.shape, integer)
        np.bitwise_and(_mask(pairs[:, :, 0], results[part]), errors[part], out=error[:, :, 0])
        np.bitwise_xor(error[:, :, 0], errors[part], out=error[:, :, 1])
        flat = error.reshape(-1)
        out: Array = dx[part].reshape(-1).view(integer)
        np.bitwise_and(_mask(x[0::2], larger), flat, out=out[0::2])
        np.bitwise_xor(out[0::2], flat, out=out[1::2])

    run(work, parts)
    return (_order(dx.reshape(shape), swapped),)


def _order(x: Array, swapped: bool) -> Array:
    return x.transpose(1, 0, 2, 3) if swapped else x


def _parts(rows: Array) -> list[slice]:
    size = max(1, PART_BYTES // (rows.shape[1] * rows.itemsize))
    return [slice(i, min(i + size, len(rows))) for i in range(0, len(rows), size)]


def _larger_of_neighbours(x: Array) -> Array:
    return np.maximum(x[0::2], x[1::2])


def _mask(a: Array, b: Array) -> Array:
    """Return -1, all bits set, where a equals b, else 0."""
    mask = np.equal(a, b).view(np.int8)
    return np.negative(mask, out=mask)


register("max_pool", library="numpy", forward=forward, backward=backward, accepts=accepts)
