"""Average pooling over one to three spatial axes, by PyTorch's own."""

from __future__ import annotations

from typing import Any

import torch

from ...typing import Array
from ..registry import register
from .pools import fits, sizes

__all__: list[str] = []

aten = torch.ops.aten


def forward(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> tuple[Array, Any]:
    axes = x.dim() - 2
    options = (
        sizes("kernel_size", kernel_size, axes, 1),
        sizes("stride", kernel_size if stride is None else stride, axes, 1),
        sizes("padding", padding, axes, 0),
        ceil_mode,
        count_include_pad,
        None,
    )
    if axes == 1:
        x = x.unsqueeze(2)  # (N, C, L) -> (N, C, 1, L)
    y = (aten.avg_pool3d if axes == 3 else aten.avg_pool2d)(x, *options)
    return (y.squeeze(2) if axes == 1 else y), (x, options, axes)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    x, options, axes = saved
    if axes == 3:
        return (aten.avg_pool3d_backward(dy, x, *options),)
    dy = dy.unsqueeze(2) if axes == 1 else dy
    dx = aten.avg_pool2d_backward(dy, x, *options)
    return (dx.squeeze(2) if axes == 1 else dx,)


register("avg_pool", library="torch", forward=forward, backward=backward, accepts=fits)
