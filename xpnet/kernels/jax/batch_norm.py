"""Batch normalisation, and the statistics of a batch, compiled: XLA fuses the elementwise steps."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from ...typing import Array
from ..registry import register

__all__: list[str] = []


def accepts(x: Array, *others: Array | None, **options: Any) -> bool:
    """Take single and double precision, and at least one number."""
    return bool(x.dtype in (jnp.float32, jnp.float64) and x.size > 0)


def forward(
    x: Array,
    mean: Array | None = None,
    var: Array | None = None,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    training: bool = False,
    eps: float = 1e-5,
) -> tuple[Array, Any]:
    y, mean, r = _normalized(x, mean, var, weight, bias, eps)
    return y, (x, mean, r, weight, training)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, mean, r, weight, training = saved
    gradients = _errors(dy, x, mean, r, weight, training)
    return tuple(g if need else None for g, need in zip(gradients, needs, strict=False))


def _axes(x: Array) -> tuple[int, ...]:
    return (0, *range(2, x.ndim))


def _per_channel(a: Array, x: Array) -> Array:
    return a.reshape(a.shape[0], *(1,) * (x.ndim - 2))


def _mean_and_variance(x: Array) -> tuple[Array, Array]:
    mean = jnp.mean(x, axis=_axes(x))
    return mean, jnp.mean(jnp.square(x - _per_channel(mean, x)), axis=_axes(x))


@partial(jax.jit, static_argnums=5)
def _normalized(
    x: Array,
    mean: Array | None,
    var: Array | None,
    weight: Array | None,
    bias: Array | None,
    eps: float,
) -> tuple[Array, Array, Array]:
    if mean is None or var is None:
        mean, var = _mean_and_variance(x)
    r = 1.0 / jnp.sqrt(var + eps)
    y = (x - _per_channel(mean, x)) * _per_channel(r if weight is None else r * weight, x)
    return (y if bias is None else y + _per_channel(bias, x)), mean, r


@partial(jax.jit, static_argnums=5)
def _errors(
    dy: Array, x: Array, mean: Array, r: Array, weight: Array | None, training: bool
) -> tuple[Array | None, ...]:
    """Return all five gradients; XLA computes them in two passes over dy and x."""
    centred = x - _per_channel(mean, x)
    db = jnp.sum(dy, axis=_axes(x))
    dw = r * jnp.sum(dy * centred, axis=_axes(x))
    scale = r if weight is None else r * weight
    if not training:
        return dy * _per_channel(scale, x), -scale * db, -0.5 * scale * r * dw, dw, db
    n = x.size // x.shape[1]
    rest = dy - centred * _per_channel(r * dw / n, x) - _per_channel(db / n, x)
    return rest * _per_channel(scale, x), None, None, dw, db


@jax.jit
def _statistics(x: Array) -> tuple[Array, Array]:
    mean, var = _mean_and_variance(x)
    return jnp.stack([mean, var]), mean


def statistics(x: Array) -> tuple[Array, Any]:
    """Return mean and variance: (N, C, *spatial) -> (2, C)."""
    y, mean = _statistics(x)
    return y, (x, mean)


@jax.jit
def _statistics_back(dy: Array, x: Array, mean: Array) -> Array:
    dmean, dvar = dy / (x.size // x.shape[1])
    return _per_channel(dmean, x) + (x - _per_channel(mean, x)) * _per_channel(2.0 * dvar, x)


def statistics_back(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    """Return dx = (dμ + 2 (x - μ) dv) / n."""
    return (_statistics_back(dy, *saved),)


register("batch_norm", library="jax", forward=forward, backward=backward, accepts=accepts)
register(
    "batch_statistics",
    library="jax",
    forward=statistics,
    backward=statistics_back,
    accepts=accepts,
)
