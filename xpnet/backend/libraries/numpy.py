"""NumPy: every CPU."""

from __future__ import annotations

from contextlib import AbstractContextManager

import numpy as np

from ...typing import Array, DType, Namespace, NativeDevice
from ..library import Library
from ..resources import MemoryInfo, Peak, bytes_in, host_memory, traced_peak

__all__ = ["NumPy"]


class NumPy(Library):
    """NumPy arrays, device string ``"cpu"``."""

    name = "numpy"
    prefix = "cpu"
    title = "NumPy"
    host = True
    half_in_single = True

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

    def rounded(self, x: Array, dtype: DType) -> Array:
        """Convert without NumPy's warning of an overflow: an infinity says it."""
        with np.errstate(over="ignore"):
            return self.xp.astype(x, dtype)

    def out_of_memory(self, error: BaseException) -> int | None:
        """Recognise MemoryError of Python and NumPy, but not those of other libraries."""
        at_home = type(error).__module__.partition(".")[0] in ("builtins", "numpy")
        if not (at_home and isinstance(error, MemoryError)):
            return None
        return bytes_in(str(error), "allocate")

    def memory_info(self, device: NativeDevice) -> MemoryInfo:
        """Look at the process: its arrays are not counted."""
        return host_memory()

    def measure_peak(self, device: NativeDevice) -> AbstractContextManager[Peak]:
        """Let Python count: NumPy tells it of the memory of its arrays."""
        return traced_peak()
