"""The largest element of each window, over any number of spatial axes.

    y[n, c, o] = max_k x[n, c, s·o + d·k - p]        dx[n, c, i] = Σ_o dy[n, c, o] [i won o]

    x: (N, C, *spatial)   y: (N, C, *out)

The derivative of a maximum is 1 for the element that won and 0 for the others; of equal elements
the first one, row by row, wins. Where windows overlap an element may win several times. Padding
never wins against an element: it is minus infinity.

M. Riesenhuber, T. Poggio, 1999, *Hierarchical models of object recognition in cortex*; D. Scherer,
A. Müller, S. Behnke, 2010, *Evaluation of pooling operations in convolutional architectures for
object recognition*.
"""

from __future__ import annotations

import math
from typing import Any

from ...backend import namespace
from ...typing import Array
from ...windows import pool_windows
from ..op import Op
from ..sliding import slide, spread
from .pools import check_pool

__all__ = ["max_pool"]


def check(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> None:
    check_pool("max_pool", x, kernel_size, stride, padding, dilation, ceil_mode)


def forward(
    x: Array,
    *,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Any]:
    xp = namespace(x)
    win = pool_windows("max_pool", x.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)
    seen = xp.stack(slide(x, win, -math.inf), axis=2)  # (N, C, K, *out)
    compared = seen
    if any(before or after for before, after in win.padding):
        # padding wins not even against elements that are minus infinity themselves
        above = xp.maximum(x, float(xp.finfo(x.dtype).min))
        compared = xp.stack(slide(above, win, -math.inf), axis=2)
    winner = xp.argmax(compared, axis=2, keepdims=True)  # (N, C, 1, *out)
    y = xp.squeeze(xp.take_along_axis(seen, winner, axis=2), axis=2)
    return y, (xp.squeeze(winner, axis=2), win, tuple(x.shape[2:]))


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    winner, win, spatial = saved
    xp = namespace(dy, winner)
    parts = [xp.where(winner == k, dy, 0.0) for k in range(win.places)]
    return (spread(parts, win, spatial),)


max_pool = Op("max_pool", forward, backward, check)
