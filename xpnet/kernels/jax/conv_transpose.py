"""Transposed convolution over one to three spatial axes: the adjoint of XLA's convolution."""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ...windows import Windows, per_axis
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
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> tuple[Array, Any]:
    axes = w.ndim - 2
    where = "conv_transpose"
    steps = per_axis(where, "stride", stride, axes)
    pads = per_axis(where, "padding", padding, axes, least=0)
    apart = per_axis(where, "dilation", dilation, axes)
    extra = per_axis(where, "output_padding", output_padding, axes, least=0)
    spatial, kernel = x.shape[2:], w.shape[2:]
    # the padding after the image leaves out what the output is padded by
    around = tuple((p, p - e) for p, e in zip(pads, extra, strict=True))
    win = Windows(kernel, steps, apart, around, spatial)
    out = (
        s * (n - 1) + d * (k - 1) + 1 - sum(p)
        for n, s, d, k, p in zip(spatial, steps, apart, kernel, around, strict=True)
    )
    shape = (x.shape[0], w.shape[1] * groups, *out)
    y = error_of_image(x, w, win, groups, shape)
    return (y if b is None else add_bias(y, b)), (x, w, win, groups)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, win, groups = saved
    dx = correlate(dy, w, win, groups) if needs[0] else None
    dw = error_of_kernel(x, dy, win, groups, w.shape) if needs[1] else None
    db = sum_of_error(dy) if len(needs) > 2 and needs[2] else None
    return (dx, dw, db)[: len(needs)]


register("conv_transpose", library="jax", forward=forward, backward=backward, accepts=fits)
