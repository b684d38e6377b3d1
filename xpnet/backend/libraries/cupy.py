"""CuPy: NVIDIA GPUs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from ...errors import BackendError
from ...typing import Array, Namespace, NativeDevice
from ..library import Library
from ..recording import Recorder, recording
from ..resources import MemoryInfo, Peak, Shared, bytes_in, is_named
from ..uploading import Uploader
from .cupy_joining import joining_in_groups
from .cupy_recorder import CuPyRecorder, give_back, of_the_host
from .cupy_uploader import CuPyUploader

__all__ = ["CuPy"]


class CuPy(Library):
    """CuPy arrays, device strings ``"cuda"``, ``"cuda:1"``."""

    name = "cupy"
    prefix = "cuda"
    title = "CuPy"
    package = "cupy"
    install = "'xpnet[cuda13]' (driver 580 or newer) or 'xpnet[cuda12]'"

    def import_namespace(self) -> Namespace:
        """Return the compatibility namespace over CuPy."""
        import array_api_compat.cupy as xp

        return joining_in_groups(xp)

    @property
    def _cupy(self) -> Any:
        return importlib.import_module("cupy")

    def unavailable(self) -> str | None:
        """Tell apart: not installed, broken installation, no GPU, GPU that does not work."""
        reason = super().unavailable()
        if reason is not None:
            return reason
        cupy = self._cupy
        name = f"CuPy {cupy.__version__}"
        try:
            if not cupy.is_available():
                return (
                    f"{name} is installed but sees no GPU (driver missing or too old: "
                    "nvidia-smi shows which)"
                )
            cupy.arange(3).sum().get()
        except Exception as error:  # CUDARuntimeError, CompileException, OutOfMemoryError ...
            return (
                f"{name} sees a GPU but cannot use it ({type(error).__name__}: {error}); install "
                f"the CuPy that fits the driver (pip install {self.install})"
            )
        return None

    def device_names(self) -> list[str]:
        """Return one name for each GPU."""
        return [f"cuda:{i}" for i in range(self._cupy.cuda.runtime.getDeviceCount())]

    def parse_device(self, name: str) -> NativeDevice:
        """Accept the index of a GPU."""
        if name == "":
            return self._cupy.cuda.Device(0)
        if f"cuda:{name}" not in self.device_names():
            raise self.no_such_device(name)
        return self._cupy.cuda.Device(int(name))

    def device_name(self, device: NativeDevice) -> str:
        """Return ``"cuda:<index>"``."""
        return f"cuda:{device.id}"

    def from_numpy(self, host: np.ndarray, device: NativeDevice) -> Array:
        """Copy to the GPU."""
        if host.ndim and recording() is not None:
            raise of_the_host()
        with device:
            return self._cupy.asarray(host)

    def to_numpy(self, x: Array) -> np.ndarray:
        """Copy to the host; this waits for the GPU."""
        host: np.ndarray = self._cupy.asnumpy(x)
        return host

    def transfer(self, x: Array, device: NativeDevice) -> Array:
        """Copy from one GPU to another."""
        if x.device == device:
            return x
        with device:
            return self._cupy.array(x)

    def synchronize(self, device: NativeDevice) -> None:
        """Wait for the GPU."""
        device.synchronize()

    def mark(self, device: NativeDevice) -> Any:
        """Record an event in the current stream: nobody waits for it."""
        with device:
            event = self._cupy.cuda.Event()
            event.record()
        return event

    def seconds_between(self, first: Any, second: Any) -> float:
        """Wait for the second event and ask for the time between them."""
        second.synchronize()
        return float(self._cupy.cuda.get_elapsed_time(first, second)) / 1e3

    def activate(self, device: NativeDevice) -> AbstractContextManager[object]:
        """Make the GPU the current one of this thread."""
        context: AbstractContextManager[object] = self._cupy.cuda.Device(device.id)
        return context

    def cannot_record(self) -> str:
        """Return nothing: CUDA graphs record what the kernels do."""
        return ""

    def recorder(self, device: NativeDevice) -> Recorder:
        """CUDA graphs."""
        return CuPyRecorder(device)

    def uploader(self, device: NativeDevice) -> Uploader:
        """Pinned memory and a stream for copies."""
        return CuPyUploader(device)

    def scatter_add(self, values: Array, indices: Array, size: int) -> Array:
        """Accumulate with atomic additions."""
        total = self._cupy.zeros((size, *values.shape[1:]), dtype=values.dtype)
        if values.size:
            self._cupy.add.at(total, indices, values)
        return total

    def overlaps(self, x: Array, y: Array) -> bool:
        """Optimizer kernels update parameters in place."""
        return bool(self._cupy.may_share_memory(x, y))

    def erf(self, x: Array) -> Array:
        """CuPy's own error function, which makes float64 of float16."""
        y = importlib.import_module("cupyx.scipy.special").erf(x)
        return y.astype(x.dtype, copy=False) if x.dtype.kind == "f" else y

    def tf32(self, device: NativeDevice) -> AbstractContextManager[object]:
        """Change how CuPy multiplies float32, in the whole process; see ``CUPY_TF32`` there.

        GPUs older than Ampere (compute capability 8.0) cannot do it: CuPy warns then.
        """
        products = importlib.import_module("cupy._core._routines_linalg")
        single = np.dtype(np.float32)

        def write(kind: int) -> None:
            with device:  # CuPy looks whether it can do it
                products.set_compute_type(single, kind)

        return _SHARED.setting(lambda: products.get_compute_type(single), write, TF32)

    def out_of_memory(self, error: BaseException) -> int | None:
        """Recognise the error of CuPy's pool, and those of CUDA, the driver and cuBLAS."""
        text = str(error)
        if is_named(error, "cupy", "OutOfMemoryError"):
            return bytes_in(text, "allocating")
        if isinstance(error, BackendError):  # of our own product
            return 0 if OF_CUBLAS in text else None
        known = ("cudaErrorMemoryAllocation", "CUDA_ERROR_OUT_OF_MEMORY", OF_CUBLAS)
        root = type(error).__module__.partition(".")[0]
        of_cuda = root in ("cupy", "cupy_backends") and text.startswith(known)
        return 0 if of_cuda else None

    def memory_info(self, device: NativeDevice) -> MemoryInfo:
        """Ask the pool, and the device."""
        with device:
            pool = self._cupy.get_default_memory_pool()
            total = self._cupy.cuda.runtime.memGetInfo()[1]
            return MemoryInfo(pool.used_bytes(), pool.total_bytes(), total)

    def free_memory(self) -> None:
        """Empty the pools, of the devices, of recordings and of pinned memory."""
        if "cupy" in sys.modules:
            give_back()
            self._cupy.get_default_memory_pool().free_all_blocks()
            self._cupy.get_default_pinned_memory_pool().free_all_blocks()

    @contextmanager
    def measure_peak(self, device: NativeDevice) -> Iterator[Peak]:
        """Look at the pool each time that something is taken from it."""
        pool, peak = self._cupy.get_default_memory_pool(), Peak()
        with device:
            before = most = pool.used_bytes()

            class Watch(self._cupy.cuda.MemoryHook):  # type: ignore[misc, name-defined]
                name = "xpnet peak"

                def malloc_postprocess(self, **kwargs: Any) -> None:
                    nonlocal most
                    most = max(most, pool.used_bytes())

            with Watch():
                yield peak
            peak.bytes = most - before


_SHARED = Shared()

OF_CUBLAS = "CUBLAS_STATUS_ALLOC_FAILED"

TF32 = 7
"""CuPy's number for it, ``COMPUTE_TYPE_TF32``."""
