"""What xpnet must know about an array library beyond the standard, and the list of known libraries.

To teach xpnet a new library, subclass :class:`Library` and call :func:`register_library` with an
instance. For a library with one device that follows the standard by itself, this is all::

    class Toy(Library):
        name = "toy"

    register_library(Toy())  # xpnet.device("toy"), xpnet.asarray([1.0], device="toy")

Other libraries say what they call their devices and how arrays move. Everything else in xpnet
speaks the array API standard and needs no change.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import numpy as np

from ..errors import ArgumentError, BackendError, DeviceError
from ..typing import Array, Namespace, NativeDevice
from .recording import Recorder
from .resources import Resources
from .uploading import Uploader

__all__ = ["DeviceInfo", "Library", "libraries", "library", "library_of", "register_library"]


class DeviceInfo(NamedTuple):
    """One line of :func:`xpnet.devices`: a device name, whether it works, and why not."""

    name: str
    available: bool
    detail: str


class Library(Resources):
    """One array library; what it tells of precision and memory is in ``resources.py``.

    Attributes
    ----------
    name : str
        The library's name, as in ``"numpy"``.
    prefix : str
        What its device strings begin with, as in ``"torch:cpu"``; default: `name`.
    package : str
        The package that must be importable; default: `name`.
    title : str
        What the package is called in errors; default: `package`.
    array_packages : tuple of str
        The top-level packages in which its array classes are defined; default: `package`.
    install : str
        What ``pip install`` needs, quoted in errors; default: `package`.
    host : bool
        Whether values are at hand in the CPU's memory, so that looking at one costs no waiting.
    """

    name: str
    prefix: str = ""
    package: str = ""
    title: str = ""
    array_packages: tuple[str, ...] = ()
    install: str = ""
    host: bool = False

    _namespace: Namespace = None

    def __init__(self) -> None:
        self.prefix = self.prefix or self.name
        self.package = self.package or self.name
        self.title = self.title or self.package
        self.array_packages = self.array_packages or (self.package,)
        self.install = self.install or self.package

    # ---- is it there, and what are its devices ---------------------------------------------

    def import_namespace(self) -> Namespace:
        """Import the library and return its array API namespace (default: the package)."""
        return importlib.import_module(self.package)

    @property
    def xp(self) -> Namespace:
        """The array API namespace; imported at the first use."""
        if self._namespace is None:
            self._namespace = self.import_namespace()
        return self._namespace

    def unavailable(self) -> str | None:
        """Return why the library cannot be used here, with the remedy; None if it can."""
        if importlib.util.find_spec(self.package) is None:
            return f"{self.title} is not installed (pip install {self.install})"
        try:
            importlib.import_module(self.package)
        except Exception as error:  # a compiled part that does not load raises anything
            return (
                f"{self.title} is installed but does not import "
                f"({type(error).__name__}: {error}); reinstall it (pip install {self.install})"
            )
        return None

    def prepare(self) -> None:
        """Make settings the library needs; called when a device is selected by its name."""

    def device_names(self) -> list[str]:
        """Return the full names of the devices that exist here (default: one, the prefix)."""
        return [self.prefix]

    def parse_device(self, name: str) -> NativeDevice:
        """Return the device object for `name` without the prefix (``""``: the default one)."""
        if name != "":
            raise self.no_such_device(name)
        return self.device(self.xp.empty(0))

    def device_name(self, device: NativeDevice) -> str:
        """Return the full name of a device object."""
        return self.prefix

    # ---- how arrays move, and what is done faster ------------------------------------------

    def device(self, x: Array) -> NativeDevice:
        """Return the device object of an array."""
        return x.device

    def from_numpy(self, host: np.ndarray, device: NativeDevice) -> Array:
        """Return a new array with the values of a NumPy array on `device`."""
        return self.xp.asarray(host, device=device)

    def to_numpy(self, x: Array) -> np.ndarray:
        """Return the values of `x` as a NumPy array, which may share memory with it."""
        return np.asarray(x)

    def untaped(self, x: Array) -> Array:
        """Return `x` without what its library itself records for gradients (default: nothing)."""
        return x

    def transfer(self, x: Array, device: NativeDevice) -> Array:
        """Return an array of this library on another of its devices."""
        return self.from_numpy(self.to_numpy(x), device)

    def synchronize(self, device: NativeDevice) -> None:
        """Wait until all work queued on `device` is done."""

    def mark(self, device: NativeDevice) -> Any:
        """Return a mark in the work of `device` (default: wait for it and look at the clock)."""
        self.synchronize(device)
        return time.perf_counter()

    def seconds_between(self, first: Any, second: Any) -> float:
        """Return the time that the work between two marks took."""
        seconds: float = second - first
        return seconds

    def activate(self, device: NativeDevice) -> AbstractContextManager[object]:
        """Return a context manager that makes `device` the library's own current one."""
        return nullcontext()

    def cannot_record(self) -> str:
        """Return why what a device does cannot be recorded; "" if it can."""
        return f"{self.title} cannot record what a device does"

    def recorder(self, device: NativeDevice) -> Recorder:
        """Return what records the work of `device`, if nothing speaks against it."""
        raise BackendError(f"recorder: {self.cannot_record()}; use a device that can, as 'cuda'")

    def uploader(self, device: NativeDevice) -> Uploader | None:
        """Return what copies to `device` beside its work (default: None, there is no such way)."""
        return None

    def at_hand(self, x: Array) -> bool:
        """Tell whether looking at the values of `x` waits for nothing (default: on a host)."""
        return self.host

    def scatter_add(self, values: Array, indices: Array, size: int) -> Array:
        """Sum the rows of `values` (n, ...) into ``size`` rows chosen by `indices` (n,).

        Repeated indices accumulate. This default computes on the host, which is right for every
        library; those with a way of their own override it.
        """
        host, chosen = self.to_numpy(values), self.to_numpy(indices)
        total = np.zeros((size, *host.shape[1:]), dtype=host.dtype)
        if host.size:
            # sort the rows by index, then sum each run: faster than np.add.at on rows
            order = np.argsort(chosen, kind="stable")
            ordered = chosen[order]
            starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
            total[ordered[starts]] = np.add.reduceat(host[order], starts, axis=0)
        return self.from_numpy(total, self.device(values))

    def overlaps(self, x: Array, y: Array) -> bool:
        """Tell whether two arrays share memory that kernels of this library write to."""
        return False

    def erf(self, x: Array) -> Array | None:
        """Return the error function of `x` if the library has a fast one, else None."""
        return None

    # ---- built from the above --------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def info(self) -> list[DeviceInfo]:
        """Return the library's devices, or one line that says why there are none."""
        reason = self.unavailable()
        if reason is not None:
            return [DeviceInfo(self.prefix, False, reason)]
        version = getattr(importlib.import_module(self.package), "__version__", "")
        detail = f"{self.title} {version}".strip()
        return [DeviceInfo(name, True, detail) for name in self.device_names()]

    def no_such_device(self, name: str) -> DeviceError:
        """Build the error for a device that this library does not have."""
        there = ", ".join(self.device_names())
        return DeviceError(
            f'device "{self.prefix}:{name}" does not exist; {self.title} has: {there}; '
            "choose one of those"
        )


_LIBRARIES: dict[str, Library] = {}
_OF_TYPE: dict[type, Library | None] = {}


def register_library(library: Library) -> None:
    """Make an array library known to xpnet.

    Parameters
    ----------
    library : Library
        The description. A library with the same name is replaced.

    Raises
    ------
    ArgumentError
        If another library already uses the same device prefix.
    """
    for other in _LIBRARIES.values():
        if other.name != library.name and other.prefix == library.prefix:
            raise ArgumentError(
                f"register_library: prefix must be unused, got {library.prefix!r}, which belongs "
                f"to {other.name!r}; choose another prefix"
            )
    _LIBRARIES[library.name] = library
    _OF_TYPE.clear()


def unregister_library(name: str) -> None:
    """Forget a library that was registered."""
    _LIBRARIES.pop(name, None)
    _OF_TYPE.clear()


def libraries() -> Iterator[Library]:
    """Iterate over the registered libraries, in order of registration."""
    return iter(tuple(_LIBRARIES.values()))


def library(name: str) -> Library:
    """Return a registered library by its name."""
    return _LIBRARIES[name]


def library_of_type(kind: type) -> Library | None:
    """Return the library whose arrays have this class, None if there is none."""
    try:
        return _OF_TYPE[kind]
    except KeyError:
        # the class itself decides before those it is derived from
        roots = [base.__module__.partition(".")[0] for base in kind.__mro__]
        owners = (lib for root in roots for lib in libraries() if root in lib.array_packages)
        found = _OF_TYPE[kind] = next(owners, None)
        return found


def library_of(x: Array) -> Library:
    """Return the library that an array (or the array inside a Tensor) belongs to.

    Raises
    ------
    BackendError
        If no registered library knows this type.
    """
    x = getattr(x, "__wrapped_array__", x)
    found = library_of_type(type(x))
    if found is None:
        names = ", ".join(_LIBRARIES)
        raise BackendError(
            f"{type(x).__module__}.{type(x).__qualname__} is not an array of a known library "
            f"({names}); convert it with xpnet.asarray, or add its library with "
            "xpnet.backend.register_library"
        )
    return found
