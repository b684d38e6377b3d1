"""Pooling: one number for a window of an image, per channel.

On the way back a pooled image is made large again: an average hands each element of its window the
same share of the error, a maximum hands all of it to the element that won.
"""

from __future__ import annotations

from .adaptive import adaptive_avg_pool, adaptive_max_pool
from .avg_pool import avg_pool
from .max_pool import max_pool

__all__ = ["adaptive_avg_pool", "adaptive_max_pool", "avg_pool", "max_pool"]
