"""Attention: positions that look at each other."""

from __future__ import annotations

from .scaled_dot_product import attention_weights, scaled_dot_product_attention
from .self_attention import self_attention

__all__ = ["attention_weights", "scaled_dot_product_attention", "self_attention"]
