"""Layer normalisation by PyTorch's own."""

from __future__ import annotations

from typing import Any

import torch

from ...typing import Array
from ..registry import register

__all__: list[str] = []

aten = torch.ops.aten
DTYPES = (torch.float32, torch.float64)


def accepts(x: Array, *others: Array | None, **options: Any) -> bool:
    """Take single and double precision; in half, PyTorch keeps its statistics in single."""
    return bool(x.dtype in DTYPES and x.numel() > 0)


def forward(
    x: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    normalized_shape: Any,
    eps: float = 1e-5,
) -> tuple[Array, Any]:
    shape = normalized_shape if isinstance(normalized_shape, tuple | list) else [normalized_shape]
    y, mean, r = aten.native_layer_norm(x, shape, weight, bias, eps)
    return y, (x, shape, mean, r, weight, bias)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    mask = needs + (False,) * (3 - len(needs))
    gradients = aten.native_layer_norm_backward(dy, *saved, mask)
    return tuple(gradients[: len(needs)])


register("layer_norm", library="torch", forward=forward, backward=backward, accepts=accepts)
