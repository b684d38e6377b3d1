"""Memory that ran out: whose it was, and giving back what is kept for later."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .device import Device
from .library import Library, libraries, library
from .resources import MemoryInfo

__all__ = ["Shortage", "on_release", "release", "shortage_of", "shown"]

_RELEASING: list[Callable[[], None]] = []


class Shortage(NamedTuple):
    """What an error tells of memory that ran out.

    Attributes
    ----------
    library : Library
        Whose arrays there was no memory for.
    asked : int or None
        How many bytes it wanted.
    """

    library: Library
    asked: int | None

    def memory_of(self, device: Device) -> tuple[str, MemoryInfo]:
        """Return the name of the device that is full, and what is known of its memory.

        Of another library than that of the device, as of the computer while a GPU is at work, it
        is the first device.
        """
        name = self.library.prefix
        try:
            native = self.library.parse_device("")
            if device.library is self.library:
                native = device.native
            name = self.library.device_name(native)
            return name, self.library.memory_info(native)
        except Exception:  # a device without memory may not even answer
            return name, MemoryInfo()


def shortage_of(error: BaseException) -> Shortage | None:
    """Return what an error of any library tells of memory that ran out; None of other errors.

    Examples
    --------
    >>> shortage_of(MemoryError()).library.name
    'numpy'
    >>> shortage_of(ValueError("no")) is None
    True
    """
    for owner in libraries():
        asked = owner.out_of_memory(error)
        if asked is not None:
            return Shortage(owner, asked or None)
    if isinstance(error, MemoryError):  # of a library that says no more about it
        return Shortage(library("numpy"), None)
    return None


def on_release(function: Callable[[], None]) -> None:
    """Call a function when memory that is kept for later is to be given back."""
    _RELEASING.append(function)


def release() -> None:
    """Give back what libraries and kernels keep for later arrays."""
    for function in _RELEASING:
        function()
    for owner in libraries():
        owner.free_memory()


def shown(size: int) -> str:
    """Return a number of bytes as people read it.

    Examples
    --------
    >>> shown(2684354560), shown(1536), shown(7)
    ('2.5 GiB', '1.5 KiB', '7 bytes')
    """
    for power, unit in ((40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")):
        if size >= 1 << power:
            return f"{size / (1 << power):.1f} {unit}"
    return f"{size} bytes"
