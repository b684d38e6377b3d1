"""Resampling: larger or smaller images, by copies of the nearest element or by interpolation.

Both are linear maps along one axis after the other, so the way back is the transposed map.
"""

from __future__ import annotations

from .linear import upsample_linear
from .nearest import upsample_nearest

__all__ = ["upsample_linear", "upsample_nearest"]
