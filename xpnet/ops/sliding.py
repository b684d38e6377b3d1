"""The two maps built on sliding windows: what each place of the window sees, and the way back.

For a fixed place k in the window, all windows together see a strided slice of the image:
:func:`slide` returns these slices. :func:`spread` is its adjoint, ⟨slide(x), y⟩ = ⟨x, spread(y)⟩:
what a gradient does on its way back, overlapping windows adding up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backend import extra, namespace
from ..typing import Array
from ..windows import Sizes, Windows

__all__ = ["insert_zeros", "slide", "spread"]


def slide(x: Array, win: Windows, value: float = 0.0) -> list[Array]:
    """Return what each place of the window sees: K slices (N, C, *out) of the padded image."""
    if any(before or after for before, after in win.padding):
        x = extra.pad(x, [(0, 0), (0, 0), *win.padding], value)
    return [x[_places_seen(win, offset)] for offset in win.offsets]


def _places_seen(win: Windows, offset: Sizes) -> tuple[slice, ...]:
    seen = (
        slice(first, first + s * (n - 1) + 1, s)
        for first, s, n in zip(offset, win.stride, win.out, strict=True)
    )
    return (slice(None), slice(None), *seen)


def spread(parts: Sequence[Array], win: Windows, spatial: Sequence[int]) -> Array:
    """Add K arrays (N, C, *out) to where :func:`slide` took them from: -> (N, C, *spatial)."""
    total: Any = None
    for part, offset in zip(parts, win.offsets, strict=True):
        part = insert_zeros(part, win.stride)
        widths = [
            (first, before + length + after - first - n)
            for first, n, length, (before, after) in zip(
                offset, part.shape[2:], spatial, win.padding, strict=True
            )
        ]
        part = extra.pad(part, [(0, 0), (0, 0), *widths])
        total = part if total is None else total + part
    inside = extra.inner(win.padding, spatial)
    return total[(slice(None), slice(None), *inside)]


def insert_zeros(x: Array, stride: Sizes) -> Array:
    """Move the elements `stride` apart: (N, C, O) -> (N, C, stride (O - 1) + 1)."""
    if max(stride) == 1:
        return x
    xp = namespace(x)
    front, sizes = tuple(x.shape[:2]), tuple(x.shape[2:])
    split = tuple(n for size in sizes for n in (size, 1))
    widths = tuple(pair for s in stride for pair in ((0, 0), (0, s - 1)))
    x = extra.pad(xp.reshape(x, front + split), ((0, 0), (0, 0), *widths))  # -> (N, C, O, stride)
    joined = tuple(n * s for n, s in zip(sizes, stride, strict=True))
    kept = tuple(slice(0, n - s + 1) for n, s in zip(joined, stride, strict=True))
    return xp.reshape(x, front + joined)[(slice(None), slice(None), *kept)]
