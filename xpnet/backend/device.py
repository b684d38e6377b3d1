"""Devices by name: the current one, the context manager, the list of what is there."""

from __future__ import annotations

from contextlib import AbstractContextManager
from contextvars import ContextVar
from types import TracebackType
from typing import NamedTuple, TypeAlias

from ..errors import DeviceError, choose
from ..typing import Array, NativeDevice
from .library import DeviceInfo, Library, libraries, library_of
from .namespace import unwrap

__all__ = [
    "Device",
    "DeviceLike",
    "as_device",
    "current_device",
    "device",
    "device_of",
    "devices",
    "set_device",
    "synchronize",
]


class Device:
    """A library and one of its devices.

    Attributes
    ----------
    library : Library
    native : object
        The library's own device object.
    name : str
        The full name, as in ``"cpu"``, ``"cuda:0"``, ``"torch:cpu"``.
    """

    __slots__ = ("library", "name", "native")

    def __init__(self, library: Library, native: NativeDevice) -> None:
        self.library = library
        self.native = native
        self.name = library.device_name(native)

    def __repr__(self) -> str:
        return f"Device({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


DeviceLike: TypeAlias = "str | Device | None"


class _Entry(NamedTuple):
    """A ``with device(...)`` block that this thread is in."""

    device: Device
    native: AbstractContextManager[object]


def _find(name: str) -> Device:
    """Turn a device name into a Device, or say why it cannot be had and what can."""
    if name == "auto":
        name = "cuda" if _library_with_prefix("cuda").unavailable() is None else "cpu"
    prefix, _, rest = name.partition(":")
    library = _library_with_prefix(prefix)
    if (library, rest) not in _found:
        reason = library.unavailable()
        if reason is not None:
            working = ", ".join(info.name for info in devices() if info.available)
            raise DeviceError(f'device "{name}" is not available: {reason}. Available: {working}')
        library.prepare()
        _found[library, rest] = Device(library, library.parse_device(rest))
    return _found[library, rest]


def _library_with_prefix(prefix: str) -> Library:
    prefix = "cuda" if prefix == "gpu" else prefix
    by_prefix = {library.prefix: library for library in libraries()}
    by_name = {library.name: library for library in libraries()}
    if prefix in by_name:
        return by_name[prefix]
    choose("device", "name", prefix, [*by_prefix, "auto"])
    return by_prefix[prefix]


_found: dict[tuple[Library, str], Device] = {}  # asking a driver takes long: once is enough
_default: Device | None = None  # set by set_device for the whole process; None means "cpu"
_entered: ContextVar[tuple[_Entry, ...]] = ContextVar("xpnet_devices", default=())


def current_device() -> Device:
    """Return the device on which new arrays are created in this thread.

    Examples
    --------
    >>> current_device()
    Device('cpu')
    """
    entered = _entered.get()
    if entered:
        return entered[-1].device
    return _default or _find("cpu")


def as_device(spec: DeviceLike = None) -> Device:
    """Return a Device for a name, a Device, or None (the current device)."""
    if spec is None:
        return current_device()
    if isinstance(spec, Device):
        return spec
    if not isinstance(spec, str):
        raise DeviceError(
            f'device must be a name such as "cpu" or "cuda:0", got {spec!r}; '
            "xpnet.devices() lists the names"
        )
    return _find(spec)


class device:  # noqa: N801 - reads as a statement: `with xn.device("cuda"):`
    """Create arrays on this device inside a ``with`` block.

    Blocks nest, and each thread has its own. The device of existing arrays never changes.

    Parameters
    ----------
    name : str or Device
        ``"cpu"`` (NumPy), ``"cuda"``, ``"cuda:1"`` (CuPy), ``"torch:cpu"``, ``"torch:cuda:0"``,
        ``"jax:cpu"``, ``"strict:device1"``, or ``"auto"``: the first CUDA device if one works,
        else the CPU.

    Raises
    ------
    DeviceError
        If the device is not there; the message says why and lists what is.
    ArgumentError
        If no library has such a name.

    Examples
    --------
    >>> with device("cpu"):
    ...     current_device().name
    'cpu'
    """

    def __init__(self, name: str | Device) -> None:
        self.target = as_device(name)

    def __enter__(self) -> Device:
        native = self.target.library.activate(self.target.native)
        native.__enter__()
        _entered.set((*_entered.get(), _Entry(self.target, native)))
        return self.target

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        *outer, last = _entered.get()
        _entered.set(tuple(outer))
        last.native.__exit__(kind, error, trace)


def set_device(name: str | Device) -> Device:
    """Make a device the default of the whole process, for code outside any ``with device``.

    Of several GPUs it becomes the library's own current one in this thread.

    Examples
    --------
    >>> set_device("cpu")
    Device('cpu')
    """
    global _default
    _default = as_device(name)
    _default.library.activate(_default.native).__enter__()
    return _default


def device_of(x: Array) -> Device:
    """Return the device an array lives on.

    Examples
    --------
    >>> import numpy as np
    >>> device_of(np.ones(3))
    Device('cpu')
    """
    bare = unwrap(x)
    library = library_of(bare)
    return Device(library, library.device(bare))


def devices() -> list[DeviceInfo]:
    """List the devices that are there, and for each that is not, why and what to do about it.

    Returns
    -------
    list of DeviceInfo
        Named tuples ``(name, available, detail)``.

    Examples
    --------
    >>> [info.available for info in devices() if info.name == "cpu"]
    [True]
    """
    return [info for library in libraries() for info in library.info()]


def synchronize(on: DeviceLike = None) -> None:
    """Wait until the work queued on a device (default: the current one) is done.

    Needed around time measurements on a GPU; does nothing on a CPU.
    """
    target = as_device(on)
    target.library.synchronize(target.native)
