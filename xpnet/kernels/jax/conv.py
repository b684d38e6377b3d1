"""Convolution over one to three spatial axes, by XLA's own."""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ...windows import windows
from ..registry import register
from .correlation import (
    add_bias,
    correlate,
    error_of_image,
    error_of_kernel,
    fits,
    sum_of_error,
)

__all__: list[str] = []


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
    win = windows("conv", x.shape[2:], w.shape[2:], stride, padding, dilation)
    y = correlate(x, w, win, groups)
    return (y if b is None else add_bias(y, b)), (x, w, win, groups)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, win, groups = saved
    dx = error_of_image(dy, w, win, groups, x.shape) if needs[0] else None
    dw = error_of_kernel(dy, x, win, groups, w.shape) if needs[1] else None
    db = sum_of_error(dy) if len(needs) > 2 and needs[2] else None
    return (dx, dw, db)[: len(needs)]


register("conv", library="jax", forward=forward, backward=backward, accepts=fits)
