"""Activation functions: what a unit does with its weighted input z to become an activation a.

With δ the error that arrives, each backward is δ ⊙ σ'(z), the right half of BP2. Where the
derivative can be had from the result alone, the result is kept and not the input.
"""

from __future__ import annotations

from .elu import elu
from .gelu import gelu
from .leaky_relu import leaky_relu
from .log_softmax import log_softmax
from .relu import relu
from .sigmoid import sigmoid
from .sign import sign
from .silu import silu
from .softmax import softmax
from .softplus import softplus
from .step import step
from .tanh import tanh

__all__ = [
    "elu",
    "gelu",
    "leaky_relu",
    "log_softmax",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "softmax",
    "softplus",
    "step",
    "tanh",
]
