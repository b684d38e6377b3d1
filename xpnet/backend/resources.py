"""What a library can tell about precision and memory, beyond the standard.

The base of :class:`~xpnet.backend.library.Library`, with what holds where nothing is known.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, NamedTuple

from ..errors import ArgumentError
from ..typing import Array, DType, Namespace, NativeDevice

__all__ = [
    "MemoryInfo",
    "Peak",
    "Resources",
    "Shared",
    "bytes_in",
    "host_memory",
    "is_named",
    "traced_peak",
]


class MemoryInfo(NamedTuple):
    """The memory of a device in bytes; None where the library cannot tell.

    Attributes
    ----------
    used : int or None
        What arrays take that live now.
    kept : int or None
        What the library has taken from the device: arrays, and memory that it keeps for others.
    total : int or None
        What the device has.
    """

    used: int | None = None
    kept: int | None = None
    total: int | None = None


class Peak:
    """How much memory was in use at most, filled in at the end of a block.

    Attributes
    ----------
    bytes : int or None
        Beyond what was in use when the block began. None where the library cannot tell.
    """

    bytes: int | None = None


class Shared:
    """A setting of the whole process, for blocks that overlap in several threads.

    The first block makes the setting, and the last that ends takes it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = 0
        self._before: Any = None

    @contextmanager
    def setting(
        self, read: Callable[[], Any], write: Callable[[Any], None], value: Any
    ) -> Iterator[None]:
        """Write a value at the beginning, and what was read before at the end of the last block."""
        with self._lock:
            if not self._open:
                self._before = read()
                write(value)
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1
                if not self._open:
                    write(self._before)


class Resources:
    """Precision and memory of one array library.

    Attributes
    ----------
    half_in_single : bool
        Whether products of half precision are to be computed in float32, because the library is
        slow at them or makes their sums in half precision.
    """

    half_in_single: bool = False
    title: str
    xp: Namespace

    def rounded(self, x: Array, dtype: DType) -> Array:
        """Convert floating-point numbers; what is too large becomes infinite without a word."""
        return self.xp.astype(x, dtype)

    def tf32(self, device: NativeDevice) -> AbstractContextManager[object]:
        """Let products on an NVIDIA GPU round float32 to the 10 bits of TF32 inside a block."""
        raise ArgumentError(
            f'autocast: "tf32" must be used on a CUDA GPU, got {self.title} on {device}; '
            "it is a way of NVIDIA GPUs to multiply: leave autocast out here, or open the block "
            'where it is the device, as in autocast("tf32", device="cuda")'
        )

    def out_of_memory(self, error: BaseException) -> int | None:
        """Return how many bytes were asked for if `error` says that there are no more.

        0 stands for a number that is not known; None: this is another error.
        """
        return None

    def memory_info(self, device: NativeDevice) -> MemoryInfo:
        """Return how much memory there is and is used."""
        return MemoryInfo()

    def free_memory(self) -> None:
        """Return memory that the library keeps for later arrays."""

    def measure_peak(self, device: NativeDevice) -> AbstractContextManager[Peak]:
        """Measure how much memory arrays take at most inside the block."""
        return nullcontext(Peak())


def is_named(error: BaseException, package: str, name: str) -> bool:
    """Tell whether the class of an error, or one above it, has this name in this package."""
    return any(
        kind.__name__ == name and kind.__module__.partition(".")[0] == package
        for kind in type(error).__mro__
    )


def host_memory() -> MemoryInfo:
    """Return what this process takes of the computer's memory, and how much it may have."""
    used = total = None
    with suppress(OSError, ValueError, AttributeError):
        page = os.sysconf("SC_PAGE_SIZE")
        total = page * os.sysconf("SC_PHYS_PAGES")
        with open("/proc/self/statm", encoding="ascii") as pages:
            used = page * int(pages.read().split()[1])
    with suppress(ImportError, OSError, ValueError):
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY and (total is None or limit < total):
            total = limit
    return MemoryInfo(used, None, total)


@contextmanager
def traced_peak() -> Iterator[Peak]:
    """Measure memory that is allocated through Python, as that of NumPy is."""
    import tracemalloc

    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    peak = Peak()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        yield peak
        peak.bytes = max(0, tracemalloc.get_traced_memory()[1] - before)
    finally:
        if not was_tracing:
            tracemalloc.stop()


UNITS = {"": 1, "k": 10, "m": 20, "g": 30, "t": 40}

_SIZE = re.compile(r"([\d.,]+)\s*([KMGT]?)i?(?:B|bytes)\b", re.IGNORECASE)


def bytes_in(message: str, before: str) -> int:
    """Return the number of bytes that stands after some words; 0 if none does.

    Examples
    --------
    >>> bytes_in("CUDA out of memory. Tried to allocate 2.50 GiB.", "allocate")
    2684354560
    >>> bytes_in("Out of memory allocating 1,024 bytes (allocated so far: 0 bytes).", "allocating")
    1024
    """
    place = message.find(before)
    found = _SIZE.search(message, max(place, 0)) if place >= 0 else None
    if found is None:
        return 0
    unit = found[2].lower()
    scale = 1 if not unit else 1 << UNITS[unit]
    return int(float(found[1].replace(",", "")) * scale)
