"""Average pooling in small windows over any number of axes, compiled."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np

from ...typing import Array
from ...windows import Sizes, Windows, counted, per_axis, pool_windows
from ..registry import register
from .slices import fits, slide, spread

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
    win = pool_windows("pool", x.shape[2:], kernel_size, stride, padding, 1, ceil_mode)
    spatial = x.shape[2:]
    pads = None
    if count_include_pad:
        pads = per_axis("avg_pool", "padding", padding, len(spatial), least=0)
    return _mean(x, win, pads), (win, pads, spatial)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    return (_shared(dy, *saved),)


@partial(jax.jit, static_argnums=(1, 2))
def _mean(x: Array, win: Windows, pads: Sizes | None) -> Array:
    first, *others = slide(x, win, 0.0)
    return sum(others, start=first) * _share(win, pads, x.shape[2:]).astype(x.dtype)


@partial(jax.jit, static_argnums=(1, 2, 3))
def _shared(dy: Array, win: Windows, pads: Sizes | None, spatial: Sizes) -> Array:
    part = dy * _share(win, pads, spatial).astype(dy.dtype)
    return spread([part] * win.places, win, spatial)


def _share(win: Windows, pads: Sizes | None, spatial: Sizes) -> np.ndarray:
    """Return 1/n for each window, which counts n elements: (*out)."""
    share = np.ones(())
    for counts in counted(win, spatial, pads):
        share = share[..., None] / np.asarray(counts)
    return share


register("avg_pool", library="jax", forward=forward, backward=backward, accepts=fits)
