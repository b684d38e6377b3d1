"""Convolution of sequences and images: columns, then one matrix product; see correlation.py."""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ..registry import register
from .correlation import Correlation, fits
from .gpu import contiguous

__all__: list[str] = []


def accepts(x: Array, w: Array, b: Array | None = None, **options: Any) -> bool:
    return fits(x, w, b)


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
    sums = Correlation(x.shape[2:], w.shape, stride, padding, dilation, groups)
    with x.device:
        x, w = contiguous(x), contiguous(w)
        return sums.correlate(x, w, None if b is None else contiguous(b)), (x, w, sums)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, sums = saved
    with dy.device:
        dy = contiguous(dy, x.dtype)
        dx, dw = sums.gradients(dy, x if needs[1] else None, w if needs[0] else None)
        db = sums.sum_of_error(dy) if len(needs) > 2 and needs[2] else None
    return (dx, dw, db)[: len(needs)]


register("conv", library="cupy", forward=forward, backward=backward, accepts=accepts)
