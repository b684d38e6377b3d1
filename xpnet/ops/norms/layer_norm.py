"""The features of each sample brought to mean 0 and variance 1, then scaled and shifted.

    x̂ = (x - μ) r        r = 1 / sqrt(v + ε)        y = w x̂ + b

    x: (..., *features)   w, b: (*features)   y like x

μ and v are the mean and the (biased) variance of a sample over its features, so training and
evaluation are the same, and samples do not see each other. The error δ = dy reaches

    db = Σ δ        dw = Σ δ x̂        dx = r (g - mean(g) - x̂ mean(g x̂))    with g = w δ

where the sums are over the samples and the means over the features (see ``standardize``).

J. L. Ba, J. R. Kiros, G. E. Hinton, 2016, *Layer normalization*, equations 3 and 4.
"""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ..op import Op
from .features import feature_axes, features_of, require_features, sum_over_samples
from .standardize import standardize, standardize_back

__all__ = ["layer_norm"]


def check(
    x: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    normalized_shape: Any,
    eps: float = 1e-5,
) -> None:
    shape = features_of("layer_norm", normalized_shape)
    require_features("layer_norm", x, shape, weight=weight, bias=bias)


def forward(
    x: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    normalized_shape: Any,
    eps: float = 1e-5,
) -> tuple[Array, Any]:
    axes = feature_axes(features_of("layer_norm", normalized_shape))
    x_hat, r = standardize(x, axes, eps)
    y = x_hat if weight is None else x_hat * weight
    if bias is not None:
        y = y + bias
    return y, (x_hat, r, weight, bias, axes)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x_hat, r, weight, bias, axes = saved
    dx = dw = db = None
    if needs[0]:
        dx = standardize_back(dy if weight is None else dy * weight, x_hat, r, axes)
    if len(needs) > 1 and needs[1]:
        dw = sum_over_samples(dy * x_hat, weight)
    if len(needs) > 2 and needs[2]:
        db = sum_over_samples(dy, bias)
    return (dx, dw, db)[: len(needs)]


layer_norm = Op("layer_norm", forward, backward, check)
