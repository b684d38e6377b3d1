"""Normalisation: numbers brought to mean 0 and variance 1, then scaled and shifted by weights.

What differs is over what the mean is taken: the batch and the places of each channel (batch), the
features of each sample (layer), some channels of each sample (group).
"""

from __future__ import annotations

from .batch_norm import batch_norm
from .batch_statistics import batch_statistics

__all__ = ["batch_norm", "batch_statistics"]
