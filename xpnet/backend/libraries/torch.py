"""PyTorch tensors as plain arrays (xpnet keeps its own tape)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import numpy as np

from ...typing import Array, Namespace, NativeDevice
from ..library import Library
from ..resources import MemoryInfo, Peak, Shared, bytes_in, host_memory, is_named

__all__ = ["Torch"]


class Torch(Library):
    """PyTorch tensors, device strings ``"torch:cpu"``, ``"torch:cuda:0"``, ``"torch:mps"``."""

    name = "torch"
    prefix = "torch"
    title = "PyTorch"
    package = "torch"
    install = "'xpnet[torch]'"

    @property
    def _torch(self) -> Any:
        return importlib.import_module("torch")

    def import_namespace(self) -> Namespace:
        """Return the compatibility namespace over PyTorch."""
        import array_api_compat.torch as xp

        return xp

    def device_names(self) -> list[str]:
        """Return the CPU, each CUDA device, and Apple's GPU."""
        torch = self._torch
        names = ["torch:cpu"]
        names += [f"torch:cuda:{i}" for i in range(torch.cuda.device_count())]
        if torch.backends.mps.is_available():
            names.append("torch:mps")
        return names

    def parse_device(self, name: str) -> NativeDevice:
        """Accept what PyTorch accepts, if it exists here."""
        torch = self._torch
        with suppress(RuntimeError):
            device = torch.device(name or "cpu")
            if device.type == "cuda" and device.index is None:
                device = torch.device("cuda:0")
            if self.device_name(device) in self.device_names():
                return device
        raise self.no_such_device(name)

    def device_name(self, device: NativeDevice) -> str:
        """Return ``"torch:"`` and PyTorch's own name."""
        return f"torch:{device}" if device.type == "cuda" else f"torch:{device.type}"

    def from_numpy(self, host: np.ndarray, device: NativeDevice) -> Array:
        """Share the memory of a writable contiguous host array, else copy."""
        torch = self._torch
        if device.type == "cpu" and host.flags.writeable and host.flags.c_contiguous:
            return torch.asarray(host, device=device)
        return torch.asarray(np.array(host), device=device)

    def to_numpy(self, x: Array) -> np.ndarray:
        """Copy to the host if it is elsewhere."""
        host: np.ndarray = x.detach().cpu().resolve_conj().resolve_neg().numpy()
        return host

    def untaped(self, x: Array) -> Array:
        """Leave PyTorch's graph: xpnet keeps its own tape, and parameters would join that graph."""
        return x.detach() if x.requires_grad else x

    def transfer(self, x: Array, device: NativeDevice) -> Array:
        """Move by PyTorch's own means."""
        return x.to(device)

    def synchronize(self, device: NativeDevice) -> None:
        """Wait for a GPU."""
        if device.type == "cuda":
            self._torch.cuda.synchronize(device)
        elif device.type == "mps":
            self._torch.mps.synchronize()

    def mark(self, device: NativeDevice) -> Any:
        """Record an event in the current stream of a CUDA device; else look at the clock."""
        if device.type != "cuda":
            return super().mark(device)
        event = self._torch.cuda.Event(enable_timing=True)
        event.record(self._torch.cuda.current_stream(device))
        return event

    def seconds_between(self, first: Any, second: Any) -> float:
        """Wait for the second event and ask for the time between them."""
        if isinstance(first, float):
            return super().seconds_between(first, second)
        second.synchronize()
        return float(first.elapsed_time(second)) / 1e3

    def at_hand(self, x: Array) -> bool:
        """Tensors of the CPU are computed when the call returns."""
        return bool(x.device.type == "cpu")

    def scatter_add(self, values: Array, indices: Array, size: int) -> Array:
        """Hand over to ``index_add``."""
        total = values.new_zeros((size, *values.shape[1:]))
        return total.index_add(0, indices, values)

    def erf(self, x: Array) -> Array:
        """PyTorch's own error function."""
        return self._torch.erf(x)

    def tf32(self, device: NativeDevice) -> AbstractContextManager[object]:
        """PyTorch has two settings for that, which hold in the whole process."""
        return _tf32(self._torch) if device.type == "cuda" else super().tf32(device)

    def out_of_memory(self, error: BaseException) -> int | None:
        """Recognise the class of GPUs, and the words of the CPU's allocator."""
        text = str(error)
        of_cpu = isinstance(error, RuntimeError) and "DefaultCPUAllocator" in text
        if not (of_cpu or is_named(error, "torch", "OutOfMemoryError")):
            return None
        return bytes_in(text, "allocate ")

    def memory_info(self, device: NativeDevice) -> MemoryInfo:
        """Ask the allocator of a CUDA device; that of the CPU does not count its tensors."""
        if device.type != "cuda":
            return host_memory()
        cuda = self._torch.cuda
        return MemoryInfo(
            cuda.memory_allocated(device),
            cuda.memory_reserved(device),
            cuda.mem_get_info(device)[1],
        )

    def free_memory(self) -> None:
        """Return what the allocator keeps."""
        if "torch" in sys.modules and self._torch.cuda.is_available():
            self._torch.cuda.empty_cache()

    @contextmanager
    def measure_peak(self, device: NativeDevice) -> Iterator[Peak]:
        """Ask the allocator of a CUDA device; on the CPU nobody can tell."""
        peak = Peak()
        if device.type != "cuda":
            yield peak
            return
        cuda = self._torch.cuda
        cuda.reset_peak_memory_stats(device)
        before = cuda.memory_allocated(device)
        yield peak
        peak.bytes = max(0, cuda.max_memory_allocated(device) - before)


_SHARED = Shared()


def _tf32(torch: Any) -> AbstractContextManager[object]:
    products, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn

    def read() -> tuple[bool, bool]:
        return products.allow_tf32, cudnn.allow_tf32

    def write(allowed: tuple[bool, bool]) -> None:
        products.allow_tf32, cudnn.allow_tf32 = allowed

    return _SHARED.setting(read, write, (True, True))
