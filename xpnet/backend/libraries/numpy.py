"""NumPy: every CPU."""

from __future__ import annotations

import numpy as np

from ...typing import Array, Namespace, NativeDevice
from ..library import Library

__all__ = ["NumPy"]


class NumPy(Library):
    """NumPy arrays, device string ``"cpu"``."""

    name = "numpy"
    prefix = "cpu"
    title = "NumPy"
    host = True

    def import_namespace(self) -> Namespace:
        """Return the compatibility namespace over NumPy."""
        import array_api_compat.numpy as xp

        return xp

    def parse_device(self, name: str) -> NativeDevice:
        """NumPy has one device."""
        if name not in ("", "0"):
            raise self.no_such_device(name)
        return "cpu"

    def device(self, x: Array) -> NativeDevice:
        """Return ``"cpu"``."""
        return "cpu"

    def from_numpy(self, host: np.ndarray, device: NativeDevice) -> Array:
        """Return the array itself: it is where it should be."""
        return host

    def overlaps(self, x: Array, y: Array) -> bool:
        """Optimizer kernels update NumPy parameters in place."""
        return bool(np.may_share_memory(x, y))
