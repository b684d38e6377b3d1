"""Attention, compiled: XLA fuses the softmax; the way back makes the scores again.

Scores are made at once, which is faster as long as they are few; for more of them the generic op
goes through blocks.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from ...typing import Array
from ..registry import register

__all__: list[str] = []

SCORES = 1 << 25
"""So many scores are made at once, 128 MiB in single precision."""


def accepts(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None = None,
    *,
    dropout_p: float = 0.0,
    **options: Any,
) -> bool:
    """Take what fits, but no dropout and no masks of numbers."""
    whole = key.size > 0 and value.size > 0
    scores = math.prod(query.shape[:-1]) * key.shape[-2]
    return bool(whole and scores <= SCORES and _is_plain(query, attn_mask, dropout_p))


def accepts_packed(
    qkv: Array,
    attn_mask: Array | None = None,
    *,
    num_heads: int,
    dropout_p: float = 0.0,
    **options: Any,
) -> bool:
    """Do the same for queries, keys and values in one array."""
    scores = math.prod(qkv.shape[:-1]) * qkv.shape[-2] * num_heads
    return scores <= SCORES and _is_plain(qkv, attn_mask, dropout_p)


def _is_plain(x: Array, mask: Array | None, dropout_p: float) -> bool:
    kind = x.dtype in (jnp.float32, jnp.float64) and x.size > 0
    return bool(kind and not dropout_p and (mask is None or mask.dtype == jnp.bool_))


def forward(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
    **options: Any,
) -> tuple[Array, Any]:
    given = (query, key, value), attn_mask
    static = (1, is_causal, scale)
    return _attended(*given, *static), (given, static)


def forward_packed(
    qkv: Array,
    attn_mask: Array | None = None,
    *,
    num_heads: int,
    is_causal: bool = False,
    scale: float | None = None,
    **options: Any,
) -> tuple[Array, Any]:
    given = (qkv,), attn_mask
    static = (num_heads, is_causal, scale)
    return _attended(*given, *static), (given, static)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    given, static = saved
    gradients = (*_errors(dy, *given, *static), None)
    return tuple(g if need else None for g, need in zip(gradients, needs, strict=False))


def _attend(
    arrays: tuple[Array, ...], mask: Array | None, heads: int, is_causal: bool, scale: Any
) -> Array:
    if len(arrays) == 3:
        return _weighed(*arrays, mask, is_causal, scale)
    (qkv,) = arrays
    parts = qkv.reshape(*qkv.shape[:-1], 3, heads, -1)
    q, k, v = (jnp.moveaxis(parts[..., i, :, :], -3, -2) for i in range(3))
    y = jnp.moveaxis(_weighed(q, k, v, mask, is_causal, scale), -3, -2)
    return y.reshape(*qkv.shape[:-1], -1)


def _weighed(
    q: Array, k: Array, v: Array, mask: Array | None, is_causal: bool, scale: Any
) -> Array:
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    s = (q * scale) @ jnp.matrix_transpose(k)
    if mask is not None:
        s = jnp.where(mask, s, -jnp.inf)
    if is_causal:
        s = jnp.where(jnp.tri(s.shape[-2], s.shape[-1], dtype=bool), s, -jnp.inf)
    top = jax.lax.stop_gradient(jnp.max(s, axis=-1, keepdims=True))
    e = jnp.exp(s - jnp.where(jnp.isneginf(top), 0.0, top))
    total = jnp.sum(e, axis=-1, keepdims=True)
    return (e / jnp.where(total == 0, 1.0, total)) @ v


_attended = partial(jax.jit, static_argnums=(2, 3, 4))(_attend)


@partial(jax.jit, static_argnums=(3, 4, 5))
def _errors(
    dy: Array, arrays: tuple[Array, ...], mask: Any, heads: int, is_causal: bool, scale: Any
) -> tuple[Array, ...]:
    def attend(*arrays: Array) -> Array:
        return _attend(arrays, mask, heads, is_causal, scale)

    found: tuple[Array, ...] = jax.vjp(attend, *arrays)[1](dy)
    return found


register(
    "scaled_dot_product_attention",
    library="jax",
    forward=forward,
    backward=backward,
    accepts=accepts,
)
register(
    "self_attention",
    library="jax",
    forward=forward_packed,
    backward=backward,
    accepts=accepts_packed,
)
