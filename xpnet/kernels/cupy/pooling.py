"""Maximum and average pooling of sequences and images, one kernel each way.

On the way back a thread gathers what its element gets from every window that saw it: nothing is
added atomically, so gradients are the same in each run. Of a maximum the place in its window is
kept, four bytes per result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...typing import Array
from ...windows import per_axis, pool_windows
from ..registry import register
from .geometry import Packed, packed
from .gpu import DTYPES, contiguous, cupy, launch

__all__: list[str] = []


def accepts(x: Array, **options: Any) -> bool:
    return bool(x.ndim in (3, 4) and x.dtype.char in DTYPES and x.size > 0)


def _place(x: Array, *options: Any) -> Packed:
    spatial = tuple(x.shape[2:])
    return packed(1, spatial, pool_windows("pool", spatial, *options))


def max_forward(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Any]:
    win = _place(x, kernel_size, stride, padding, dilation, ceil_mode)
    planes = x.shape[0] * x.shape[1]
    with x.device:
        x = contiguous(x)
        y = cupy().empty((*x.shape[:2], *win.out), x.dtype)
        winner = cupy().empty(y.shape, np.int32)
        launch("pool/max_pool", x.dtype, y.size, x, y, winner, win.struct, planes)
    return y, (winner, win, x.shape)


def max_backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    winner, win, shape = saved
    with dy.device:
        dx = cupy().empty(shape, dy.dtype)
        arguments = (contiguous(dy), winner, dx, win.struct, shape[0] * shape[1])
        launch("pool/max_pool_back", dy.dtype, dx.size, *arguments)
    return (dx,)


def avg_forward(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> tuple[Array, Any]:
    win = _place(x, kernel_size, stride, padding, 1, ceil_mode)
    counts = per_axis("pool", "padding", padding if count_include_pad else 0, x.ndim - 2, least=0)
    pads = (0, *counts)[-2:]  # a sequence is an image of height 1
    with x.device:
        y = cupy().empty((*x.shape[:2], *win.out), x.dtype)
        arguments = (contiguous(x), y, win.struct, x.shape[0] * x.shape[1], *pads)
        launch("pool/avg_pool", x.dtype, y.size, *arguments)
    return y, (win, pads, x.shape)


def avg_backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    win, pads, shape = saved
    with dy.device:
        dx = cupy().empty(shape, dy.dtype)
        arguments = (contiguous(dy), dx, win.struct, shape[0] * shape[1], *pads)
        launch("pool/avg_pool_back", dy.dtype, dx.size, *arguments)
    return (dx,)


register("max_pool", library="cupy", forward=max_forward, backward=max_backward, accepts=accepts)
register("avg_pool", library="cupy", forward=avg_forward, backward=avg_backward, accepts=accepts)
