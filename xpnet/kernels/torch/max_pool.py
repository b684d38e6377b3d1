"""Maximum pooling over one to three spatial axes, by PyTorch's own.

Of equal elements the first one wins there too. Where a window has several NaN, the last of them
gets the error, instead of the first.
"""

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
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Any]:
    axes = x.dim() - 2
    options = (
        sizes("kernel_size", kernel_size, axes, 1),
        sizes("stride", kernel_size if stride is None else stride, axes, 1),
        sizes("padding", padding, axes, 0),
        sizes("dilation", dilation, axes, 1),
        ceil_mode,
    )
    if axes == 1:
        x = x.unsqueeze(2)  # (N, C, L) -> (N, C, 1, L)
    pool = aten.max_pool3d_with_indices if axes == 3 else aten.max_pool2d_with_indices
    y, winner = pool(x, *options)
    return (y.squeeze(2) if axes == 1 else y), (x, winner, options, axes)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    x, winner, options, axes = saved
    if axes == 3:
        return (aten.max_pool3d_with_indices_backward(dy, x, *options, winner),)
    dy = dy.unsqueeze(2) if axes == 1 else dy
    dx = aten.max_pool2d_with_indices_backward(dy, x, *options, winner)
    return (dx.squeeze(2) if axes == 1 else dx,)


register("max_pool", library="torch", forward=forward, backward=backward, accepts=fits)
