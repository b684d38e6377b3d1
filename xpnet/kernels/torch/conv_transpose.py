"""Transposed convolution over one to three spatial axes, by PyTorch's own."""

from __future__ import annotations

from typing import Any

import torch

from ...typing import Array
from ...windows import per_axis
from ..registry import register
from .conv import fits
from .precision import as_exact_as_matmul

__all__: list[str] = []

aten = torch.ops.aten


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
    axes = w.dim() - 2
    steps, pads, apart, extra = (
        per_axis("conv_transpose", name, value, axes, least=0)
        for name, value in (
            ("stride", stride),
            ("padding", padding),
            ("dilation", dilation),
            ("output_padding", output_padding),
        )
    )
    geometry = (steps, pads, apart, True, extra, groups)
    with as_exact_as_matmul(x):
        y = torch.convolution(x, w, b, *geometry)
    return y, (x, w, geometry)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, geometry = saved
    bias = len(needs) > 2 and needs[2]
    with as_exact_as_matmul(x):
        gradients = aten.convolution_backward(
            dy, x, w, [dy.shape[1]], *geometry, (needs[0], needs[1], bias)
        )
    return tuple(gradients[: len(needs)])


register("conv_transpose", library="torch", forward=forward, backward=backward, accepts=fits)
