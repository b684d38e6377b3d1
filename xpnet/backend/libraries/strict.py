"""array-api-strict: the standard and nothing else, with two fake devices. For tests."""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from ...typing import Array, NativeDevice
from ..library import Library
from ..resources import MemoryInfo, Peak, host_memory, traced_peak

__all__ = ["Strict"]


class Strict(Library):
    """array-api-strict arrays, device strings ``"strict:cpu"``, ``"strict:device1"``."""

    name = "array_api_strict"
    prefix = "strict"
    package = "array_api_strict"
    title = "array-api-strict"
    install = "'xpnet[strict]'"
    host = True

    _names = {"cpu": "CPU_DEVICE", "device1": "device1", "device2": "device2"}

    @property
    def _strict(self) -> Any:
        return importlib.import_module("array_api_strict")

    def device_names(self) -> list[str]:
        """Return the three devices; all live in the CPU's memory but refuse to mix."""
        return [f"strict:{name}" for name in self._names]

    def parse_device(self, name: str) -> NativeDevice:
        """Accept one of the three names."""
        name = name or "cpu"
        if name not in self._names:
            raise self.no_such_device(name)
        return self._strict.Device(self._names[name])

    def device_name(self, device: NativeDevice) -> str:
        """Return the name under which :meth:`parse_device` finds the device."""
        shown = next(key for key, value in self._names.items() if value in repr(device))
        return f"strict:{shown}"

    def from_numpy(self, host: np.ndarray, device: NativeDevice) -> Array:
        """Copy, so that writes to the host array do not show."""
        return self._strict.asarray(np.array(host), device=device)

    def to_numpy(self, x: Array) -> np.ndarray:
        """Go through the CPU device openly, since DLPack would let any device slip through."""
        on_cpu = x.to_device(self.parse_device("cpu"))
        return np.array(np.from_dlpack(on_cpu))

    def transfer(self, x: Array, device: NativeDevice) -> Array:
        """Move by the standard's means."""
        return x.to_device(device)

    def memory_info(self, device: NativeDevice) -> MemoryInfo:
        """Look at the process: the arrays are those of NumPy."""
        return host_memory()

    def measure_peak(self, device: NativeDevice) -> AbstractContextManager[Peak]:
        """Let Python count."""
        return traced_peak()
