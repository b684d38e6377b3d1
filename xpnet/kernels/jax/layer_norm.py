"""Layer normalisation, compiled: XLA fuses the elementwise steps."""

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
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    normalized_shape: Any,
    eps: float = 1e-5,
) -> tuple[Array, Any]:
    features = len(normalized_shape) if isinstance(normalized_shape, tuple | list) else 1
    y, x_hat, r = _normalized(x, weight, bias, features, eps)
    return y, (x_hat, r, weight, features)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    gradients = _errors(dy, *saved)
    return tuple(g if need else None for g, need in zip(gradients, needs, strict=False))


@partial(jax.jit, static_argnums=(3, 4))
def _normalized(
    x: Array, weight: Array | None, bias: Array | None, features: int, eps: float
) -> tuple[Array, Array, Array]:
    axes = tuple(range(-features, 0))
    centred = x - jnp.mean(x, axis=axes, keepdims=True)
    r = 1.0 / jnp.sqrt(jnp.mean(jnp.square(centred), axis=axes, keepdims=True) + eps)
    x_hat = centred * r
    y = x_hat if weight is None else x_hat * weight
    return (y if bias is None else y + bias), x_hat, r


@partial(jax.jit, static_argnums=4)
def _errors(
    dy: Array, x_hat: Array, r: Array, weight: Array | None, features: int
) -> tuple[Array, Array, Array]:
    axes = tuple(range(-features, 0))
    samples = tuple(range(dy.ndim - features))
    g = dy if weight is None else dy * weight
    along = jnp.mean(g * x_hat, axis=axes, keepdims=True)
    dx = r * (g - jnp.mean(g, axis=axes, keepdims=True) - x_hat * along)
    return dx, jnp.sum(dy * x_hat, axis=samples), jnp.sum(dy, axis=samples)


register("layer_norm", library="jax", forward=forward, backward=backward, accepts=accepts)
