"""Faster code for PyTorch tensors: its own convolution, pooling and normalisation.

These are PyTorch's functions below its autograd, ``torch.ops.aten``. As arrays in xpnet require no
gradient of PyTorch, none of them builds a graph, waits for a device or moves anything.
"""

from __future__ import annotations

from . import (
    attention,
    avg_pool,
    batch_norm,
    conv,
    conv_transpose,
    cross_entropy,
    layer_norm,
    max_pool,
    recurrent,
)

__all__ = [
    "attention",
    "avg_pool",
    "batch_norm",
    "conv",
    "conv_transpose",
    "cross_entropy",
    "layer_norm",
    "max_pool",
    "recurrent",
]
