"""Attention, the layers of the Transformer, and what tells it the order of a sequence."""

from __future__ import annotations

from .encoder import TransformerEncoder, TransformerEncoderLayer
from .multihead import MultiheadAttention
from .positions import LearntPositions, SinusoidalPositions

__all__ = [
    "LearntPositions",
    "MultiheadAttention",
    "SinusoidalPositions",
    "TransformerEncoder",
    "TransformerEncoderLayer",
]
