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
    package = "numpy"
    array_packages = ("numpy",)
    install = "numpy"

    def import_namespace(self) -> Namespace:
        """Return the compatibility namespace over NumPy."""
        import array_api_compat.numpy as xp

        return xp

    def device_names(self) -> list[str]:
        """NumPy has one device."""
        return ["cpu"]

    def parse_device(self, name: str) -> NativeDevice:
        """Accept ``"cpu"`` alone."""
        if name not in ("", "0", "cpu"):
            raise self.no_such_device(name)
        return "cpu"

    def device_name(self, device: NativeDevice) -> str:
        """Return ``"cpu"``."""
        return "cpu"

    def device(self, x: Array) -> NativeDevice:
        """Return ``"cpu"``."""
        return "cpu"

    def from_numpy(self, host: np.ndarray, device: NativeDevice) -> Array:
        """Return the array itself: it is where it should be."""
        return host

    def scatter_add(self, values: Array, indices: Array, size: int) -> Array:
        """Sort the rows by index, then sum each run: faster than ``np.add.at`` on rows."""
        total = np.zeros((size, *values.shape[1:]), dtype=values.dtype)
        if values.size:
            order = np.argsort(indices, kind="stable")
            ordered = indices[order]
            starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
            total[ordered[starts]] = np.add.reduceat(values[order], starts, axis=0)
        return total
