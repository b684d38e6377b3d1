"""Layers as functions: everything from ``xpnet.ops``, documented for use.

Functions take arrays of any library, or Tensors, and return the same kind.
"""

from __future__ import annotations

from .activations import (
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    sign,
    silu,
    softmax,
    softplus,
    step,
    tanh,
)
from .classification import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    multi_margin_loss,
    nll_loss,
    perceptron_loss,
)
from .layers import dropout, flatten, linear, one_hot
from .losses import LOSSES, get_loss
from .regression import huber_loss, l1_loss, mse_loss, quadratic_cost

__all__ = [
    "LOSSES",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "dropout",
    "elu",
    "flatten",
    "gelu",
    "get_loss",
    "hinge_loss",
    "huber_loss",
    "l1_loss",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mse_loss",
    "multi_margin_loss",
    "nll_loss",
    "one_hot",
    "perceptron_loss",
    "quadratic_cost",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "softmax",
    "softplus",
    "step",
    "tanh",
]
