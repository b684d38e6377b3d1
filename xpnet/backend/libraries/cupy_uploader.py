"""Copying batches to a GPU while it works on others.

Host memory is pinned, so that the GPU fetches from it by itself, on a stream of its own. An event
on either side keeps the order: the copy waits for what used the memory before, and the work that
needs the batch waits for the copy. The host waits for nothing.
"""

from __future__ import annotations

import importlib
import threading
from typing import Any

import numpy as np

from ...typing import Array, NativeDevice

__all__ = ["CuPyUploader"]


_under_way: list[tuple[Any, np.ndarray]] = []
"""Copies that have begun: events, and the pinned memory that they read.

The memory must not be given to others before the GPU has read it, which may be after the uploader
has gone: one lives for an epoch.
"""

_lock = threading.Lock()


def _keep(done: Any, staged: np.ndarray) -> None:
    """Keep memory until an event, and let go of what has been read."""
    with _lock:
        _under_way[:] = [pair for pair in _under_way if not pair[0].done]
        _under_way.append((done, staged))


class CuPyUploader:
    """See :class:`xpnet.backend.Uploader`."""

    def __init__(self, device: NativeDevice) -> None:
        self._cupy = importlib.import_module("cupy")
        self.device = device
        with device:
            self.stream = self._cupy.cuda.Stream(non_blocking=True)

    def stage(self, host: np.ndarray) -> np.ndarray:
        """Return a copy in pinned memory."""
        if not host.size:
            return host
        with self.device:
            memory = self._cupy.cuda.alloc_pinned_memory(host.nbytes)
        staged = np.frombuffer(memory, host.dtype, host.size).reshape(host.shape)
        staged[...] = host
        return staged

    def send(self, staged: np.ndarray) -> tuple[Array, Any]:
        """Begin to copy; what is returned is complete after `receive`."""
        with self.device:
            x = self._cupy.empty(staged.shape, staged.dtype)
            # the memory may have been in use by work that is queued
            self.stream.wait_event(self._cupy.cuda.get_current_stream().record())
            if staged.size:
                address = staged.ctypes.data
                x.data.copy_from_host_async(address, staged.nbytes, self.stream)
            done = self.stream.record()
        _keep(done, staged)
        return x, done

    def receive(self, done: Any) -> None:
        """Let the work of the current stream wait for a copy."""
        with self.device:
            self._cupy.cuda.get_current_stream().wait_event(done)
