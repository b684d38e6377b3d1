"""Dense layers, tables and changes of shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..functions.beyond import padded
from ..functions.operands import cast
from ..functions.shapes import flattened
from ..namespace import NAMESPACE as xp  # noqa: N811
from ..symbol import Symbol, emit
from .translation import opset, result_of, translates

__all__: list[str] = []

MODES = {"constant": None, "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@translates("linear")
def linear(x: Symbol, w: Symbol, b: Symbol | None = None) -> Any:
    """Gemm takes the weights as they are, but only matrices."""
    if x.ndim == 2:
        inputs = [x, w] if b is None else [x, w, b]
        return emit("Gemm", inputs, result_of("linear", x, w, b), transB=1)
    y = xp.matmul(x, xp.matrix_transpose(w))
    return y if b is None else y + b


@translates("embedding")
def embedding(weight: Symbol, indices: Symbol, *, padding_idx: int | None = None) -> Symbol:
    whole = indices if indices.dtype in (np.int32, np.int64) else cast(indices, np.int64)
    result = result_of("embedding", weight, indices, padding_idx=padding_idx)
    return emit("Gather", [weight, whole], result, axis=0)


def _fits_flatten(x: Symbol, *, start_dim: int = 1, end_dim: int = -1) -> bool:
    return start_dim % x.ndim == 1 and end_dim % x.ndim == x.ndim - 1


@translates("flatten", _fits_flatten)
def flatten(x: Symbol, **options: Any) -> Symbol:
    return flattened(x)


def _fits_pad(x: Symbol, *, padding: Any, mode: str = "constant", value: float = 0.0) -> bool:
    return mode != "circular" or opset() >= 19


@translates("pad", _fits_pad)
def pad(x: Symbol, *, padding: Any, mode: str = "constant", value: float = 0.0) -> Any:
    widths = [(0, 0)] * x.ndim
    for i in range(len(padding) // 2):  # PyTorch's order begins with the last axis
        widths[x.ndim - 1 - i] = (int(padding[2 * i]), int(padding[2 * i + 1]))
    return padded(x, widths, value, MODES[mode])
