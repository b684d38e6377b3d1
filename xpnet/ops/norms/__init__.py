"""Normalisation: numbers brought to mean 0 and variance 1, then scaled and shifted by weights.

What differs is over what the mean is taken: the batch and the places of each channel (batch), the
features of each sample (layer), some channels of each sample (group). RMS norm leaves the mean
where it is; local response norm has neither mean nor weights, only neighbours.
"""

from __future__ import annotations

from .batch_norm import batch_norm
from .batch_statistics import batch_statistics
from .group_norm import group_norm
from .layer_norm import layer_norm
from .local_response_norm import local_response_norm
from .rms_norm import rms_norm

__all__ = [
    "batch_norm",
    "batch_statistics",
    "group_norm",
    "layer_norm",
    "local_response_norm",
    "rms_norm",
]
