"""Attention by PyTorch's own, which picks the fastest of its kernels for the device.

``torch.nn.functional.scaled_dot_product_attention`` has no counterpart below PyTorch's autograd
that fits every device, so a small graph of PyTorch's is made here and kept for the way back; no
other ends or begins in it.
"""

from __future__ import annotations

from typing import Any

import torch

from ...typing import Array
from ..registry import register

__all__: list[str] = []

DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def accepts(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None = None,
    *,
    dropout_p: float = 0.0,
    **options: Any,
) -> bool:
    """Take everything but dropout, whose numbers are xpnet's own, and masks of numbers."""
    whole = key.numel() > 0 and value.numel() > 0
    return accepts_packed(query, attn_mask, dropout_p=dropout_p) and whole


def accepts_packed(
    qkv: Array, attn_mask: Array | None = None, *, dropout_p: float = 0.0, **options: Any
) -> bool:
    """Do the same for queries, keys and values in one array."""
    return bool(
        qkv.dtype in DTYPES
        and qkv.numel() > 0
        and not dropout_p
        and (attn_mask is None or attn_mask.dtype == torch.bool)
    )


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
    q, k, v = (x.detach().requires_grad_() for x in (query, key, value))
    with torch.enable_grad():
        y = _attend(q, k, v, attn_mask, is_causal, scale)
    return y.detach(), (y, [q, k, v])


def forward_packed(
    qkv: Array,
    attn_mask: Array | None = None,
    *,
    num_heads: int,
    is_causal: bool = False,
    scale: float | None = None,
    **options: Any,
) -> tuple[Array, Any]:
    leaf = qkv.detach().requires_grad_()
    with torch.enable_grad():
        heads = leaf.unflatten(-1, (3, num_heads, -1)).transpose(-4, -3)  # (..., 3, L, H, E)
        q, k, v = heads.transpose(-3, -2).unbind(-4)  # (..., H, L, E)
        y = _attend(q, k, v, attn_mask, is_causal, scale).transpose(-3, -2).flatten(-2)
    return y.detach(), (y, [leaf])


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    y, leaves = saved
    wanted = [x for x, need in zip(leaves, needs, strict=False) if need]
    found = iter(torch.autograd.grad(y, wanted, dy, retain_graph=True))
    return tuple(next(found) if need else None for need in needs)


def _attend(
    q: Array, k: Array, v: Array, mask: Array | None, is_causal: bool, scale: float | None
) -> Array:
    if mask is None:
        return _fused(q, k, v, is_causal=is_causal, scale=scale)
    if is_causal:  # PyTorch takes one or the other
        mask = mask & mask.new_ones(q.shape[-2], k.shape[-2]).tril()
    some = mask.any(-1, keepdim=True)  # a query that may look at nothing gets zeros, not NaN
    return torch.where(some, _fused(q, k, v, mask | ~some, scale=scale), 0.0)


_fused = torch.nn.functional.scaled_dot_product_attention

register(
    "scaled_dot_product_attention",
    library="torch",
    forward=forward,
    backward=backward,
    accepts=accepts,
)
register(
    "self_attention",
    library="torch",
    forward=forward_packed,
    backward=backward,
    accepts=accepts_packed,
)
