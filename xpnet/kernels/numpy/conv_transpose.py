"""Transposed convolution: the three sums of a convolution, their roles exchanged."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...typing import Array
from ...windows import adjoint_windows
from ..registry import register
from . import memory
from .conv import accepts, correlate, correlate_back
from .plan import plan_of

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
    _, images = adjoint_windows(
        "conv_transpose", x.shape[2:], w.shape[2:], stride, padding, output_padding, dilation
    )
    shape = (x.shape[0], w.shape[1] * groups, *images)
    p = plan_of(shape, w, stride, padding, dilation, groups, x.shape[2:])
    y, _, _ = correlate_back(memory.images(x), w, p, None, (True, False, False))
    if b is not None and y is not None:
        np.add(y, b[:, None, None, None], out=y)
    return memory.samples(y, x.ndim), (x, w, p)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, p = saved
    errors = memory.images(dy)
    dx = memory.samples(correlate(errors, w, None, p), x.ndim) if needs[0] else None
    dw = None
    if needs[1]:
        _, dw, _ = correlate_back(memory.images(x), w, p, errors, (False, True, False))
    db = errors.sum(axis=(1, 2, 3)) if len(needs) > 2 and needs[2] else None
    return (dx, dw, db)[: len(needs)]


register("conv_transpose", library="numpy", forward=forward, backward=backward, accepts=accepts)
