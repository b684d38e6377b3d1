"""Attention: the softmax of scaled products, without the blocks in which xpnet computes it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..namespace import NAMESPACE as xp  # noqa: N811
from ..symbol import Symbol, emit
from .translation import result_of, translates

__all__: list[str] = []


def _is_exported(
    q: Symbol, k: Any, v: Any, mask: Any = None, *, dropout_p: float = 0.0, **options: Any
) -> bool:
    """A mask of numbers may hide all keys by infinities: the generic formula sees to that."""
    return not dropout_p and (mask is None or mask.dtype == np.bool_)


def _is_exported_self(qkv: Symbol, mask: Any = None, **options: Any) -> bool:
    return _is_exported(qkv, None, None, mask, dropout_p=options.get("dropout_p", 0.0))


@translates("scaled_dot_product_attention", _is_exported)
def scaled_dot_product_attention(
    q: Symbol,
    k: Symbol,
    v: Symbol,
    attn_mask: Symbol | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
    **_: Any,
) -> Any:
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    scores = xp.matmul(scale * q, xp.matrix_transpose(k))  # (..., L, E) (..., E, S)
    seen: Any = attn_mask
    if is_causal:
        rows = xp.expand_dims(xp.arange(q.shape[-2]), axis=1)
        before = xp.arange(k.shape[-2]) <= rows  # (L, S)
        seen = before if seen is None else xp.logical_and(seen, before)
    if seen is None:
        return xp.matmul(_softmax(scores), v)
    lowest = float(np.finfo(scores.dtype).min)
    weights = _softmax(xp.where(seen, scores, lowest))
    if attn_mask is not None:  # a query that sees no key gets zeros, not the mean of all
        weights = xp.where(seen, weights, 0.0)
    return xp.matmul(weights, v)


def _softmax(scores: Symbol) -> Symbol:
    return emit("Softmax", [scores], result_of("softmax", scores), axis=-1)


@translates("self_attention", _is_exported_self)
def self_attention(
    qkv: Symbol, attn_mask: Symbol | None = None, *, num_heads: int, **options: Any
) -> Any:
    *batch, length, features = qkv.shape
    heads = xp.reshape(qkv, (*batch, length, 3, num_heads, features // (3 * num_heads)))
    heads = xp.moveaxis(heads, (-3, -2, -4), (0, -3, -2))  # (3, ..., H, L, E)
    q, k, v = (heads[i, ...] for i in range(3))
    y = scaled_dot_product_attention(q, k, v, attn_mask, **options)
    return xp.reshape(xp.moveaxis(y, -3, -2), (*batch, length, features // 3))
