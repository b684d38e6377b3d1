"""What xpnet must know about an array library beyond the standard, and the list of known libraries.

To teach xpnet a new library, subclass :class:`Library`, fill in the few methods that have no
default, and call :func:`register_library` with an instance. Everything else in xpnet speaks the
array API standard and needs no change.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import numpy as np

from ..errors import ArgumentError, BackendError, DeviceError
from ..typing import Array, Namespace, NativeDevice

__all__ = ["DeviceInfo", "Library", "libraries", "library", "library_of", "register_library"]


class DeviceInfo(NamedTuple):
    """One line of :func:`xpnet.devices`: a device name, whether it works, and why not."""

    name: str
    available: bool
    detail: str


class Library:
    """One array library.

    Attributes
    ----------
    name : str
        The library's name, as in ``"numpy"``.
    prefix : str
        What its device strings begin with; ``"torch"`` for ``"torch:cpu"``.
    package : str
        The package that must be importable.
    array_packages : tuple of str
        The top-level packages in which the library's array classes are defined.
    install : str
        The command that installs it, quoted in errors.
    mutable : bool
        Whether arrays can be written to.
    """

    name: str
    prefix: str
    package: str
    array_packages: tuple[str, ...]
    install: str
    mutable: bool = True

    _namespace: Namespace = None

    # ---- without a default: four methods -------------------------------------------------

    def import_namespace(self) -> Namespace:
        """Import the library and return its array API namespace."""
        raise NotImplementedError

    def device_names(self) -> list[str]:
        """Return the full names of the devices that exist here."""
        raise NotImplementedError

    def parse_device(self, name: str) -> NativeDevice:
        """Return the device object for `name` without the prefix (``""``: the default one)."""
        raise NotImplementedError

    def device_name(self, device: NativeDevice) -> str:
        """Return the full name of a device object."""
        raise NotImplementedError

    # ---- with a default ------------------------------------------------------------------

    @property
    def xp(self) -> Namespace:
        """The array API namespace; imported at the first use."""
        if self._namespace is None:
            self._namespace = self.import_namespace()
        return self._namespace

    def unavailable(self) -> str | None:
        """Return why the library cannot be used here, with the remedy; None if it can."""
        if importlib.util.find_spec(self.package) is None:
            return f"{self.package} is not installed (pip install {self.install})"
        return None

    def prepare(self) -> None:
        """Make settings the library needs; called when a device is selected by its name."""

    def device(self, x: Array) -> NativeDevice:
        """Return the device object of an array."""
        return x.device

    def from_numpy(self, host: np.ndarray, device: NativeDevice) -> Array:
        """Return a new array with the values of a NumPy array on `device`."""
        return self.xp.asarray(host, device=device)

    def to_numpy(self, x: Array) -> np.ndarray:
        """Return the values of `x` as a NumPy array, which may share memory with it."""
        return np.asarray(x)

    def transfer(self, x: Array, device: NativeDevice) -> Array:
        """Return an array of this library on another of its devices."""
        return self.from_numpy(self.to_numpy(x), device)

    def synchronize(self, device: NativeDevice) -> None:
        """Wait until all work queued on `device` is done."""

    def activate(self, device: NativeDevice) -> AbstractContextManager[object]:
        """Return a context manager that makes `device` the library's own current one."""
        return nullcontext()

    def scatter_add(self, values: Array, indices: Array, size: int) -> Array:
        """Sum the rows of `values` (n, ...) into ``size`` rows chosen by `indices` (n,).

        This default multiplies by a one-hot matrix: right on any library (repeated indices
        accumulate), but it costs ``n * size`` per column. Libraries override it.
        """
        xp = self.xp
        rows = xp.arange(size, dtype=indices.dtype, device=values.device)
        hit = xp.astype(
            xp.expand_dims(rows, axis=1) == xp.expand_dims(indices, axis=0), values.dtype
        )
        flat = xp.reshape(values, (values.shape[0], math.prod(values.shape[1:])))
        return xp.reshape(xp.matmul(hit, flat), (size, *values.shape[1:]))

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
        detail = f"{self.name} {version}".strip()
        return [DeviceInfo(name, True, detail) for name in self.device_names()]

    def no_such_device(self, name: str) -> DeviceError:
        """Build the error for a device that this library does not have."""
        there = ", ".join(self.device_names())
        return DeviceError(
            f'device "{self.prefix}:{name}" does not exist; {self.name} has: {there}; '
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
        if other.prefix == library.prefix and other.name != library.name:
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
        roots = {base.__module__.partition(".")[0] for base in kind.__mro__} - {"builtins"}
        found = next((lib for lib in libraries() if roots & set(lib.array_packages)), None)
        _OF_TYPE[kind] = found
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
