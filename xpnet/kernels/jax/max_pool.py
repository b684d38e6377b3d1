"""Maximum pooling in small windows over any number of axes, compiled.

The places of the window are compared one after the other; only a larger element, or the first NaN,
replaces the winner so far, so that of equal elements the first one wins.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from ...backend import namespace
from ...typing import Array
from ...windows import Windows, pool_windows
from ..registry import register
from .slices import fits, slide, spread

__all__: list[str] = []


def forward(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Any]:
    win = pool_windows("pool", x.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)
    y, winner = _largest(x, win)
    return y, (winner, win, x.shape[2:])


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    return (_to_the_winner(dy, *saved),)


@partial(jax.jit, static_argnums=1)
def _largest(x: Array, win: Windows) -> tuple[Array, Array]:
    # padding wins not even against elements that are minus infinity themselves
    best, *others = slide(jnp.maximum(x, namespace(x).finfo(x.dtype).min), win, -jnp.inf)
    y, *values = slide(x, win, -jnp.inf)
    winner = jnp.zeros(y.shape, jnp.uint8)
    for k, (other, value) in enumerate(zip(others, values, strict=True), start=1):
        better = (other > best) | (jnp.isnan(other) & ~jnp.isnan(best))
        best, y = jnp.where(better, other, best), jnp.where(better, value, y)
        winner = jnp.where(better, jnp.uint8(k), winner)
    return y, winner


@partial(jax.jit, static_argnums=(2, 3))
def _to_the_winner(dy: Array, winner: Array, win: Windows, spatial: tuple[int, ...]) -> Array:
    zero = jnp.zeros((), dy.dtype)
    parts = (jnp.where(winner == k, dy, zero) for k in range(win.places))
    return spread(parts, win, spatial)


register("max_pool", library="jax", forward=forward, backward=backward, accepts=fits)
