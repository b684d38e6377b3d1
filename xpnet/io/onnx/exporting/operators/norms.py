"""Normalisation. Weights that a layer does not have are ones and zeros, which operators ask for."""

from __future__ import annotations

from typing import Any

import numpy as np

from .....ops.norms.features import features_of
from ..namespace import NAMESPACE as xp  # noqa: N811
from ..symbol import Symbol, constant, emit
from .translation import result_of, translates

__all__: list[str] = []


def _or_filled(weight: Symbol | None, value: float, shape: Any, x: Symbol) -> Symbol:
    return constant(np.full(shape, value, x.dtype)) if weight is None else weight


def _by_running_statistics(x: Symbol, *inputs: Any, training: bool = False, **options: Any) -> bool:
    return not training


@translates("batch_norm", _by_running_statistics)
def batch_norm(
    x: Symbol,
    mean: Symbol,
    var: Symbol,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
    *,
    training: bool = False,
    eps: float = 1e-5,
) -> Symbol:
    scale = _or_filled(weight, 1.0, mean.shape, x)
    shift = _or_filled(bias, 0.0, mean.shape, x)
    result = result_of("batch_norm", x, mean, var, weight, bias, eps=eps)
    return emit("BatchNormalization", [x, scale, shift, mean, var], result, epsilon=float(eps))


@translates("layer_norm")
def layer_norm(
    x: Symbol,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
    *,
    normalized_shape: Any,
    eps: float = 1e-5,
) -> Symbol:
    shape = features_of("layer_norm", normalized_shape)
    inputs = [x, _or_filled(weight, 1.0, shape, x)] + ([] if bias is None else [bias])
    result = result_of("layer_norm", x, weight, bias, normalized_shape=shape, eps=eps)
    return emit("LayerNormalization", inputs, result, axis=-len(shape), epsilon=float(eps))


def _has_places(x: Symbol, *weights: Any, **options: Any) -> bool:
    return x.ndim > 2


@translates("group_norm", _has_places)
def group_norm(
    x: Symbol,
    weight: Symbol | None = None,
    bias: Symbol | None = None,
    *,
    num_groups: int,
    eps: float = 1e-5,
) -> Any:
    """A group becomes a channel: so it is the operator that works on each channel of a sample."""
    if num_groups == x.shape[1]:
        result = result_of("group_norm", x, weight, bias, num_groups=num_groups, eps=eps)
        return _instance_norm(x, weight, bias, eps, result)
    groups = xp.reshape(x, (x.shape[0], num_groups, -1))  # (N, C, *spatial) -> (N, G, C/G·P)
    result = result_of("group_norm", groups, num_groups=num_groups, eps=eps)
    y = xp.reshape(_instance_norm(groups, None, None, eps, result), x.shape)
    spread = (x.shape[1],) + (1,) * (x.ndim - 2)
    y = y if weight is None else y * xp.reshape(weight, spread)
    return y if bias is None else y + xp.reshape(bias, spread)


def _instance_norm(
    x: Symbol, weight: Symbol | None, bias: Symbol | None, eps: float, result: Any
) -> Symbol:
    channels = (x.shape[1],)
    scale, shift = _or_filled(weight, 1.0, channels, x), _or_filled(bias, 0.0, channels, x)
    return emit("InstanceNormalization", [x, scale, shift], result, epsilon=float(eps))


def _has_a_middle(x: Symbol, *, size: int, **options: Any) -> bool:
    """An even window has its middle on the other side in ONNX."""
    return size % 2 == 1 and x.ndim == 4


@translates("local_response_norm", _has_a_middle)
def local_response_norm(
    x: Symbol, *, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Symbol:
    result = result_of("local_response_norm", x, size=size, alpha=alpha, beta=beta, k=k)
    return emit(
        "LRN", [x], result, size=int(size), alpha=float(alpha), beta=float(beta), bias=float(k)
    )
