"""Faster code for JAX arrays: each op's two ways compiled by XLA into one call.

What is compiled is kept for each shape and set of options. Inside ``jax.jit`` the kernels are part
of what is traced.
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
