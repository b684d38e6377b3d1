"""Faster code for NumPy arrays: fewer temporaries and no detours through the generic namespace."""

from __future__ import annotations

from . import (
    attention,
    avg_pool,
    batch_norm,
    conv,
    conv_transpose,
    cross_entropy,
    dense,
    gelu,
    linear,
    max_pool,
    optimizers,
    recurrent,
    relu,
    row_norm,
)

__all__ = [
    "attention",
    "avg_pool",
    "batch_norm",
    "conv",
    "conv_transpose",
    "cross_entropy",
    "dense",
    "gelu",
    "linear",
    "max_pool",
    "optimizers",
    "recurrent",
    "relu",
    "row_norm",
]
