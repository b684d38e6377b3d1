"""Convolution over one to three spatial axes, by PyTorch's own."""

from __future__ import annotations

from typing import Any

import torch

from ...typing import Array
from ...windows import windows
from ..registry import register
from .precision import as_exact_as_matmul

__all__ = ["fits"]

aten = torch.ops.aten


def fits(x: Array, w: Array, b: Array | None = None, **options: Any) -> bool:
    """Take up to three axes, floating-point numbers of one dtype, and at least one of them."""
    return bool(
        w.dim() <= 5
        and x.is_floating_point()
        and x.numel() > 0
        and w.numel() > 0
        and (b is None or b.dtype is x.dtype)
    )


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
    before, after = zip(*win.padding, strict=True)
    beyond = tuple(a - b for b, a in win.padding)
    spatial = x.shape[2:]
    if before != after:  # "same" with an even reach: PyTorch pads both sides alike
        x = torch.nn.functional.pad(x, [n for one in reversed(beyond) for n in (0, one)])
    geometry = (win.stride, before, win.dilation, False, (0,) * len(before), groups)
    with as_exact_as_matmul(x):
        y = torch.convolution(x, w, b, *geometry)
    return y, (x, w, spatial, geometry)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, spatial, geometry = saved
    bias = len(needs) > 2 and needs[2]
    with as_exact_as_matmul(x):
        dx, dw, db = aten.convolution_backward(
            dy, x, w, [w.shape[0]], *geometry, (needs[0], needs[1], bias)
        )
    if dx is not None and dx.shape[2:] != spatial:
        dx = dx[(..., *(slice(n) for n in spatial))]
    return (dx, dw, db)[: len(needs)]


register("conv", library="torch", forward=forward, backward=backward, accepts=fits)
