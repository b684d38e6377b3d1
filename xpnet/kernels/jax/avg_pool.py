"""Average pooling in small windows over any number of axes, compiled."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np

from ...typing import Array
from ...windows import Windows, per_axis
from ..registry import register
from .slices import fits, place, slide, spread

__all__: list[str] = []


def forward(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> tuple[Array, Any]:
    win = place(x, kernel_size, stride, padding, 1, ceil_mode)
    spatial = x.shape[2:]
    counted = per_axis("avg_pool", "padding", padding, len(spatial), least=0)
    counted = counted if count_include_pad else (0,) * len(spatial)
    return _mean(x, win, counted), (win, counted, spatial)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    return (_shared(dy, *saved),)


@partial(jax.jit, static_argnums=(1, 2))
def _mean(x: Array, win: Windows, counted: tuple[int, ...]) -> Array:
    first, *others = slide(x, win, 0.0)
    return sum(others, start=first) * _share(win, counted, x.shape[2:]).astype(x.dtype)


@partial(jax.jit, static_argnums=(1, 2, 3))
def _shared(dy: Array, win: Windows, counted: tuple[int, ...], spatial: tuple[int, ...]) -> Array:
    part = dy * _share(win, counted, spatial).astype(dy.dtype)
    return spread([part] * win.places, win, spatial)


def _share(win: Windows, counted: tuple[int, ...], spatial: tuple[int, ...]) -> np.ndarray:
    """Return 1/n for each window, where n counts the image and so much of the padding: (*out)."""
    share = np.ones(())
    for k, s, n, (before, _), pad, length in zip(
        win.kernel, win.stride, win.out, win.padding, counted, spatial, strict=True
    ):
        first = np.arange(n) * s - before
        counts = np.minimum(first + k, length + pad) - np.maximum(first, -pad)
        share = share[..., None] / counts
    return share


register("avg_pool", library="jax", forward=forward, backward=backward, accepts=fits)
