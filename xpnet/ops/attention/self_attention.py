"""Attention of a sequence to itself, in several heads, from one array of queries, keys and values.

    qkv: (..., L, 3 H E)   y: (..., L, H E)

The features are 3 parts, queries, keys and values, of H heads of E numbers, as one dense layer of
3 H E outputs makes them. Each head attends by itself, and what the heads find lies side by side:

    y[..., l, h, :] = O[..., h, l, :],   O = attention(Q, K, V)       Q = qkv[..., l, 0, h, :], ...

It is ``scaled_dot_product_attention`` with the axes moved before and after; the errors dQ, dK and
dV are put side by side once, where taking three parts of an array would add up three arrays that
are zero in two thirds.

A. Vaswani et al., 2017, *Attention is all you need*, section 3.2.2.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...errors import ArgumentError, ShapeError
from ...typing import Array
from ..norms.channels import require_floating
from ..op import Op
from . import scaled_dot_product
from .arguments import require_mask, require_options

__all__ = ["self_attention"]


def check(
    qkv: Array,
    attn_mask: Array | None = None,
    *,
    num_heads: int,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    seed: int = 0,
) -> None:
    where = "self_attention"
    require_floating(where, qkv)
    if isinstance(num_heads, bool) or not isinstance(num_heads, int) or num_heads < 1:
        raise ArgumentError(
            f"{where}: num_heads must be an integer >= 1, got {num_heads!r}; a usual head has 32 "
            "to 128 features"
        )
    shape = tuple(qkv.shape)
    if len(shape) < 2 or shape[-1] % (3 * num_heads):
        raise ShapeError(
            f"{where}: qkv must be (..., L, 3 H E) with H={num_heads} heads, got {shape}; its last "
            "axis holds queries, keys and values, so 3 times num_heads must divide it"
        )
    if attn_mask is not None:
        scores = (*shape[:-2], num_heads, shape[-2], shape[-2])
        require_mask(where, attn_mask, qkv, scores)
    require_options(where, dropout_p, scale, is_causal)


def forward(
    qkv: Array, attn_mask: Array | None = None, *, num_heads: int, **options: Any
) -> tuple[Array, Any]:
    xp = namespace(qkv)
    *batch, length, features = qkv.shape
    heads = xp.reshape(qkv, (*batch, length, 3, num_heads, features // (3 * num_heads)))
    heads = xp.moveaxis(heads, (-3, -2, -4), (0, -3, -2))  # (3, ..., H, L, E)
    y, saved = scaled_dot_product.forward(
        heads[0, ...], heads[1, ...], heads[2, ...], attn_mask, **options
    )
    y = xp.reshape(xp.moveaxis(y, -3, -2), (*batch, length, features // 3))
    return y, (saved, num_heads)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    saved, num_heads = saved
    xp = namespace(dy)
    *batch, length, features = dy.shape
    dy = xp.reshape(dy, (*batch, length, num_heads, features // num_heads))
    dy = xp.moveaxis(dy, -2, -3)  # (..., L, H, E) -> (..., H, L, E)
    dq, dk, dv, *rest = scaled_dot_product.backward(dy, saved, (needs[0],) * 3 + needs[1:])
    dqkv = None
    if needs[0]:
        dqkv = xp.moveaxis(xp.stack((dq, dk, dv)), (0, -3, -2), (-3, -2, -4))
        dqkv = xp.reshape(dqkv, (*batch, length, 3 * features))
    return (dqkv, *rest)


self_attention = Op("self_attention", forward, backward, check)
