"""JAX arrays, on whatever devices JAX finds."""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from ...typing import Array, Namespace, NativeDevice
from ..library import Library
from ..resources import MemoryInfo, bytes_in, host_memory

__all__ = ["Jax"]


class Jax(Library):
    """JAX arrays, device strings ``"jax:cpu"``, ``"jax:gpu:0"``; arrays cannot be written to."""

    name = "jax"
    prefix = "jax"
    title = "JAX"
    package = "jax"
    array_packages = ("jax", "jaxlib")
    install = "'xpnet[jax]'"

    @property
    def _jax(self) -> Any:
        return importlib.import_module("jax")

    def import_namespace(self) -> Namespace:
        """JAX's NumPy is itself an array API namespace."""
        return importlib.import_module("jax.numpy")

    def prepare(self) -> None:
        """Switch on 64-bit types, without which JAX turns float64 into float32 silently."""
        self._jax.config.update("jax_enable_x64", True)

    def _devices(self) -> list[Any]:
        jax = self._jax
        found = list(jax.devices())
        if all(device.platform != "cpu" for device in found):
            found += jax.devices("cpu")  # beside a GPU, the CPU is not in the default list
        return found

    def device_names(self) -> list[str]:
        """Return one name for each device of the default platform, and the CPU."""
        return [self.device_name(device) for device in self._devices()]

    def parse_device(self, name: str) -> NativeDevice:
        """Accept ``"<platform>"`` and ``"<platform>:<index>"``."""
        if name == "":
            return self._devices()[0]
        platform, _, index = name.partition(":")
        platform = "gpu" if platform == "cuda" else platform
        of_platform = [device for device in self._devices() if device.platform == platform]
        if not (index or "0").isdigit() or int(index or 0) >= len(of_platform):
            raise self.no_such_device(name)
        return of_platform[int(index or 0)]

    def device_name(self, device: NativeDevice) -> str:
        """Return ``"jax:cpu"`` or ``"jax:<platform>:<index>"``."""
        if device.platform == "cpu" and device.id == 0:
            return "jax:cpu"
        return f"jax:{device.platform}:{device.id}"

    def from_numpy(self, host: np.ndarray, device: NativeDevice) -> Array:
        """Copy: JAX could otherwise share memory that the caller still writes to."""
        return self._jax.device_put(np.array(host), device)

    def transfer(self, x: Array, device: NativeDevice) -> Array:
        """Move by JAX's own means."""
        return self._jax.device_put(x, device)

    def synchronize(self, device: NativeDevice) -> None:
        """Run one operation on the device and wait for it: JAX executes in order."""
        (self._jax.device_put(0.0, device) + 0).block_until_ready()

    def scatter_add(self, values: Array, indices: Array, size: int) -> Array:
        """Accumulate through ``.at[].add``, which counts repeated indices."""
        total = self.xp.zeros((size, *values.shape[1:]), dtype=values.dtype, device=values.device)
        return total.at[indices].add(values)

    def erf(self, x: Array) -> Array:
        """JAX's own error function."""
        return self._jax.scipy.special.erf(x)

    def tf32(self, device: NativeDevice) -> AbstractContextManager[object]:
        """JAX has a setting for that, which holds in this thread."""
        if device.platform not in ("gpu", "cuda"):
            return super().tf32(device)
        context: AbstractContextManager[object] = self._jax.default_matmul_precision(
            "tensorfloat32"
        )
        return context

    def out_of_memory(self, error: BaseException) -> int | None:
        """Recognise the status code of XLA."""
        roots = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
        if not ({"jax", "jaxlib"} & roots and str(error).startswith("RESOURCE_EXHAUSTED")):
            return None
        return bytes_in(str(error), "allocat")

    def memory_info(self, device: NativeDevice) -> MemoryInfo:
        """Ask the device; that of the CPU does not count its arrays."""
        if device.platform == "cpu":
            return host_memory()
        stats = device.memory_stats() or {}
        return MemoryInfo(stats.get("bytes_in_use"), None, stats.get("bytes_limit"))
