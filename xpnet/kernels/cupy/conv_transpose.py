"""Transposed convolution: the sums of a convolution in exchanged roles; see correlation.py."""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ...windows import adjoint_windows
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
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> tuple[Array, Any]:
    _, out = adjoint_windows(
        "conv_transpose", x.shape[2:], w.shape[2:], stride, padding, output_padding, dilation
    )
    # the convolution that maps images of size `out` to x
    sums = Correlation(out, w.shape, stride, padding, dilation, groups, out=x.shape[2:])
    with x.device:
        x, w = contiguous(x), contiguous(w)
        y, _ = sums.gradients(x, None, w, None if b is None else contiguous(b))
    return y, (x, w, sums)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w, sums = saved
    with dy.device:
        dy = contiguous(dy, x.dtype)
        dx = sums.correlate(dy, w, None) if needs[0] else None
        _, dw = sums.gradients(x, dy, None) if needs[1] else (None, None)
        db = sums.sum_of_error(dy) if len(needs) > 2 and needs[2] else None
    return (dx, dw, db)[: len(needs)]


register("conv_transpose", library="cupy", forward=forward, backward=backward, accepts=accepts)
