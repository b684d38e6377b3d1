"""Activation functions as layers; the formulas are in ``xpnet/ops``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..ops.activations.relu import relu
from .module import Module

__all__ = ["ReLU"]


class _Activation(Module):
    """A layer without parameters that keeps the shape: counted as one operation per element."""

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        return math.prod(output.shape)


class ReLU(_Activation):
    """max(x, 0); see :mod:`xpnet.ops.activations.relu`."""

    def forward(self, x: Any) -> Any:
        """Apply the function to each element."""
        return relu(x)
