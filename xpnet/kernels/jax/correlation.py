"""The three maps of convolution and transposed convolution, compiled: XLA's own and its adjoints.

A convolution is linear in the image and in the kernel, so each way back is the transposed map. For
windows of few elements, as in a first layer, XLA's convolution on the CPU is several times slower
than its product of matrices; there the windows are laid side by side.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from ...typing import Array
from ...windows import Windows
from .slices import slide

__all__ = ["add_bias", "correlate", "error_of_image", "error_of_kernel", "fits", "sum_of_error"]


def fits(x: Array, w: Array, b: Array | None = None, **options: object) -> bool:
    """Take up to three axes, floating-point numbers of one dtype, and at least one of them."""
    return bool(
        w.ndim <= 5
        and jnp.issubdtype(x.dtype, jnp.floating)
        and x.size > 0
        and w.size > 0
        and (b is None or b.dtype == x.dtype)
    )


FEW = 32
"""Windows of at most so many elements, over all channels, are laid side by side on the CPU."""


def _correlate(x: Array, w: Array, win: Windows, groups: int) -> Array:
    if groups == 1 and w.shape[1] * win.places <= FEW and jax.default_backend() == "cpu":
        return _by_columns(x, w, win)
    return lax.conv_general_dilated(
        x,
        w,
        window_strides=win.stride,
        padding=win.padding,
        rhs_dilation=win.dilation,
        feature_group_count=groups,
    )


def _by_columns(x: Array, w: Array, win: Windows) -> Array:
    n, (m, channels) = x.shape[0], w.shape[:2]
    seen = jnp.stack(slide(jnp.swapaxes(x, 0, 1), win, 0.0), axis=1)  # (C, K, N, *out)
    y = w.reshape(m, -1) @ seen.reshape(channels * win.places, -1)  # (M, N·P)
    return jnp.swapaxes(y.reshape(m, n, *win.out), 0, 1)


@partial(jax.jit, static_argnums=(2, 3))
def correlate(x: Array, w: Array, win: Windows, groups: int) -> Array:
    """Compute y from x: (N, C, *spatial), (M, C/G, *kernel) -> (N, M, *out)."""
    return _correlate(x, w, win, groups)


@partial(jax.jit, static_argnums=(2, 3, 4))
def error_of_image(dy: Array, w: Array, win: Windows, groups: int, shape: tuple[int, ...]) -> Array:
    """Compute dx from dy: (N, M, *out), (M, C/G, *kernel) -> (N, C, *spatial)."""
    like = jnp.zeros(shape, dy.dtype)
    return jax.linear_transpose(lambda x: _correlate(x, w, win, groups), like)(dy)[0]


@partial(jax.jit, static_argnums=(2, 3, 4))
def error_of_kernel(
    dy: Array, x: Array, win: Windows, groups: int, shape: tuple[int, ...]
) -> Array:
    """Compute dw from x and dy: -> (M, C/G, *kernel)."""
    like = jnp.zeros(shape, dy.dtype)
    return jax.linear_transpose(lambda w: _correlate(x, w, win, groups), like)(dy)[0]


@jax.jit
def add_bias(y: Array, b: Array) -> Array:
    """Add one number to each channel."""
    return y + b.reshape(b.shape[0], *(1,) * (y.ndim - 2))


@jax.jit
def sum_of_error(dy: Array) -> Array:
    """Compute db: (N, M, *out) -> (M,)."""
    return dy.sum(axis=(0, *range(2, dy.ndim)))
