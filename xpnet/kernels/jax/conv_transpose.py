"""Transposed convolution over one to three spatial axes: the adjoint of XLA's convolution."""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ...windows import adjoint_windows, per_axis
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
    win, out = adjoint_windows(
        "conv_transpose", x.shape[2:], w.shape[2:], stride, padding, output_padding, dilation
    )
    # the padding after the image leaves out what the output is padded by
    extra = per_axis("conv_transpose", "output_padding", output_padding, len(out), least=0)
    around = ((p, p - e) for (p, _), e in zip(win.padding, extra, strict=True))
    win = win._replace(padding=tuple(around))
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
