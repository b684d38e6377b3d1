"""CUDA kernels for CuPy arrays: fewer launches and no detours over memory.

The sources (``.cu``) are compiled at their first use. Without a GPU, the tests compile them for
several GPUs and run their arithmetic on the CPU.
"""

from __future__ import annotations

from . import (
    activations,
    attention,
    batch_norm,
    clip,
    conv,
    conv_transpose,
    cross_entropy,
    dense,
    dropout,
    embedding,
    linear,
    optimizers,
    pooling,
    recurrent,
    relu,
    row_norm,
    softmax,
    unscale,
)

__all__ = [
    "activations",
    "attention",
    "batch_norm",
    "clip",
    "conv",
    "conv_transpose",
    "cross_entropy",
    "dense",
    "dropout",
    "embedding",
    "linear",
    "optimizers",
    "pooling",
    "recurrent",
    "relu",
    "row_norm",
    "softmax",
    "unscale",
]
