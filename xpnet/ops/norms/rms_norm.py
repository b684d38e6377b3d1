"""The features of each sample divided by their root mean square, then scaled.

    y = w x̂        x̂ = x r        r = 1 / sqrt(mean(x²) + ε)

    x: (..., *features)   w: (*features)   y like x

Layer norm without the mean, and as good in many networks. As ∂r/∂x = -r³ x/n over n features, the
error δ = dy reaches

    dw = Σ δ x̂        dx = r (g - x̂ mean(g x̂))    with g = w δ

that is g with its component along x̂ removed. By default ε is the spacing of the dtype's numbers at
1, as in PyTorch.

B. Zhang, R. Sennrich, 2019, *Root mean square layer normalization*, equation 4.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...typing import Array
from ..op import Op
from .features import feature_axes, features_of, require_features, sum_over_samples

__all__ = ["rms_norm"]


def check(
    x: Array, weight: Array | None = None, *, normalized_shape: Any, eps: float | None = None
) -> None:
    shape = features_of("rms_norm", normalized_shape)
    require_features("rms_norm", x, shape, weight=weight)


def forward(
    x: Array, weight: Array | None = None, *, normalized_shape: Any, eps: float | None = None
) -> tuple[Array, Any]:
    xp = namespace(x)
    axes = feature_axes(features_of("rms_norm", normalized_shape))
    if eps is None:
        eps = float(xp.finfo(x.dtype).eps)
    r = 1.0 / xp.sqrt(xp.mean(x * x, axis=axes, keepdims=True) + eps)
    x_hat = x * r
    return (x_hat if weight is None else x_hat * weight), (x_hat, r, weight, axes)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x_hat, r, weight, axes = saved
    dx = dw = None
    if needs[0]:
        g = dy if weight is None else dy * weight
        dx = r * (g - x_hat * namespace(g).mean(g * x_hat, axis=axes, keepdims=True))
    if len(needs) > 1 and needs[1]:
        dw = sum_over_samples(dy * x_hat, weight)
    return (dx, dw)[: len(needs)]


rms_norm = Op("rms_norm", forward, backward, check)
