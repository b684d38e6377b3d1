"""Softmax along the last axis and its logarithm: a block goes over a row, one launch each way."""

from __future__ import annotations

from functools import partial

from ...typing import Array
from ..registry import register
from .gpu import DTYPES, contiguous, cupy, launch_blocks

__all__: list[str] = []


def accepts(x: Array, *, axis: int = -1) -> bool:
    return x.dtype.char in DTYPES and x.size > 0 and axis in (-1, x.ndim - 1)


def _forward(kernel: str, x: Array, *, axis: int = -1) -> tuple[Array, Array]:
    classes = x.shape[-1]
    with x.device:
        y = cupy().empty(x.shape, x.dtype)
        launch_blocks(kernel, x.dtype, x.size // classes, classes, contiguous(x), y, classes)
    return y, y


def _backward(kernel: str, dy: Array, y: Array, needs: tuple[bool, ...]) -> tuple[Array]:
    classes = y.shape[-1]
    with y.device:
        dx = cupy().empty(y.shape, y.dtype)
        arguments = (contiguous(dy, y.dtype), y, dx, classes)
        launch_blocks(kernel, y.dtype, y.size // classes, classes, *arguments)
    return (dx,)


for _name in ("softmax", "log_softmax"):
    register(
        _name,
        library="cupy",
        forward=partial(_forward, f"softmax/{_name}"),
        backward=partial(_backward, f"softmax/{_name}_back"),
        accepts=accepts,
    )
