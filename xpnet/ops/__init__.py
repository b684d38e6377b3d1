"""The mathematics: one op per file, formula, forward and backward side by side."""

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
from .attention import scaled_dot_product_attention, self_attention
from .conv import conv
from .conv_transpose import conv_transpose
from .dense import dense
from .dropout import dropout
from .embedding import embedding
from .flatten import flatten
from .linear import linear
from .losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    multi_margin_loss,
    nll_loss,
    perceptron_loss,
    poisson_nll_loss,
    quadratic_cost,
    quantile_loss,
)
from .norms import (
    batch_norm,
    batch_statistics,
    group_norm,
    layer_norm,
    local_response_norm,
    rms_norm,
)
from .op import OPS, Op
from .padding import pad
from .pooling import adaptive_avg_pool, adaptive_max_pool, avg_pool, max_pool
from .recurrent import gru, lstm, rnn
from .upsampling import upsample_linear, upsample_nearest

__all__ = [
    "OPS",
    "Op",
    "adaptive_avg_pool",
    "adaptive_max_pool",
    "avg_pool",
    "batch_norm",
    "batch_statistics",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "conv",
    "conv_transpose",
    "cross_entropy",
    "dense",
    "dropout",
    "elu",
    "embedding",
    "flatten",
    "gelu",
    "group_norm",
    "gru",
    "hinge_loss",
    "huber_loss",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "local_response_norm",
    "log_softmax",
    "lstm",
    "max_pool",
    "mse_loss",
    "multi_margin_loss",
    "nll_loss",
    "pad",
    "perceptron_loss",
    "poisson_nll_loss",
    "quadratic_cost",
    "quantile_loss",
    "relu",
    "rms_norm",
    "rnn",
    "scaled_dot_product_attention",
    "self_attention",
    "sigmoid",
    "sign",
    "silu",
    "softmax",
    "softplus",
    "step",
    "tanh",
    "upsample_linear",
    "upsample_nearest",
]
