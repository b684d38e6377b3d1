"""What each place of a window sees, and the way back, as XLA fuses it: nothing is copied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp
from jax import lax

from ...typing import Array
from ...windows import Windows, pool_windows

__all__ = ["fits", "slide", "spread"]

MOST_PLACES = 64


def fits(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    **options: Any,
) -> bool:
    """Take small windows, as the code that is compiled has a part for each of their places."""
    win = pool_windows("pool", x.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)
    return win.places <= MOST_PLACES and bool(jnp.issubdtype(x.dtype, jnp.floating))


def slide(x: Array, win: Windows, value: float) -> list[Array]:
    """Return what each place of the window sees: K slices (N, C, *out) of the padded image."""
    around = [(0, 0, 0), (0, 0, 0), *((before, after, 0) for before, after in win.padding)]
    x = lax.pad(x, jnp.asarray(value, x.dtype), around)
    return [
        lax.slice(
            x,
            (0, 0, *offset),
            (
                *x.shape[:2],
                *(
                    first + s * (n - 1) + 1
                    for first, s, n in zip(offset, win.stride, win.out, strict=True)
                ),
            ),
            (1, 1, *win.stride),
        )
        for offset in win.offsets
    ]


def spread(parts: Iterable[Array], win: Windows, spatial: tuple[int, ...]) -> Array:
    """Add K arrays (N, C, *out) to where ``slide`` took them from: -> (N, C, *spatial)."""
    total: Any = 0
    for part, offset in zip(parts, win.offsets, strict=True):
        around = [(0, 0, 0), (0, 0, 0)]
        for first, n, s, length, (before, _) in zip(
            offset, win.out, win.stride, spatial, win.padding, strict=True
        ):
            start = first - before  # in the image; negative numbers cut off what was padding
            around.append((start, length - start - (s * (n - 1) + 1), s - 1))
        total = total + lax.pad(part, jnp.zeros((), part.dtype), around)
    return total
