"""Activations other than the rectifier: one launch each way, and one array kept.

What is kept is y where the derivative follows from it, else x: the way back computes exponentials
again, which costs less than to read them from memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from ...typing import Array
from ..registry import register
from .gpu import DTYPES, contiguous, cupy, launch

__all__: list[str] = []

Options = tuple[str, float, float]
"""The kernel, and the numbers that it calls a and b."""


def _plain(kernel: str) -> Options:
    return kernel, 0.0, 0.0


def _gelu(approximate: str = "none") -> Options:
    if approximate == "tanh":
        return "gelu_by_tanh", math.sqrt(2 / math.pi), 0.044715
    return "gelu", math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)


def _leaky_relu(negative_slope: float = 0.01) -> Options:
    return "leaky_relu", negative_slope, 0.0


def _elu(alpha: float = 1.0) -> Options:
    return "elu", alpha, 0.0


def _softplus(beta: float = 1.0, threshold: float = 20.0) -> Options:
    return "softplus", beta, threshold


def accepts(x: Array, **options: Any) -> bool:
    return x.dtype.char in DTYPES


def _forward(
    read: Callable[..., Options], keeps_y: bool, x: Array, **options: Any
) -> tuple[Array, Any]:
    kernel, *numbers = read(**options)
    with x.device:
        x = contiguous(x)
        y = cupy().empty(x.shape, x.dtype)
        launch(f"activations/{kernel}", x.dtype, x.size, x, y, x.size, *numbers)
    return y, (kernel, numbers, y if keeps_y else x)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    kernel, numbers, kept = saved
    with dy.device:
        dx = cupy().empty(kept.shape, kept.dtype)
        arguments = (contiguous(dy, kept.dtype), kept, dx, dx.size, *numbers)
        launch(f"activations/{kernel}_back", kept.dtype, dx.size, *arguments)
    return (dx,)


for _name, _read, _keeps_y in (
    ("sigmoid", partial(_plain, "sigmoid"), True),
    ("tanh", partial(_plain, "hyperbolic_tangent"), True),
    ("silu", partial(_plain, "silu"), False),
    ("gelu", _gelu, False),
    ("leaky_relu", _leaky_relu, False),
    ("elu", _elu, False),
    ("softplus", _softplus, False),
):
    _op = partial(_forward, _read, _keeps_y)
    register(_name, library="cupy", forward=_op, backward=backward, accepts=accepts)
