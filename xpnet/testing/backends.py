"""The array libraries and devices that tests run on.

Each :class:`Backend` is a way to make arrays: a device, and sometimes a twist (arrays that cannot
be written to, a library without boolean indexing). Use them in your own tests::

    @pytest.mark.parametrize("backend", xpnet.testing.backends(), ids=str)
    def test_my_layer(backend):
        with backend:
            x = backend.asarray([1.0, 2.0])
            ...
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any

import numpy as np

from ..backend import Device, as_device, asarray, device
from ..errors import DeviceError, choose
from ..typing import Array, Namespace

__all__ = ["BACKENDS", "Backend", "backends"]


class Backend:
    """One way to make arrays; as a context manager, its device is the current one inside.

    Parameters
    ----------
    name : str
        As in ``pytest --backend NAME``.
    device_name : str
        An xpnet device string.
    readonly : bool
        Make NumPy arrays that refuse to be written to.
    strict_flags : dict, optional
        Flags of array-api-strict that hold inside the context.
    """

    def __init__(
        self,
        name: str,
        device_name: str,
        *,
        readonly: bool = False,
        strict_flags: dict[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.device_name = device_name
        self.readonly = readonly
        self.strict_flags = strict_flags or {}
        self._entered: list[ExitStack] = []

    def __repr__(self) -> str:
        return self.name

    def unavailable(self) -> str | None:
        """Return why this backend cannot be used here, None if it can."""
        try:
            as_device(self.device_name)
        except DeviceError as error:
            return str(error)
        return None

    @property
    def device(self) -> Device:
        """The device."""
        return as_device(self.device_name)

    @property
    def xp(self) -> Namespace:
        """The namespace of the library."""
        return self.device.library.xp

    def asarray(self, values: Any, dtype: Any = None) -> Array:
        """Return a new array of this backend with these values."""
        host = np.array(values)
        if dtype is None and host.dtype == np.float64 and not hasattr(values, "dtype"):
            dtype = "float32"
        x = asarray(host, dtype, self.device)
        if self.readonly:
            x.flags.writeable = False
        return x

    def __enter__(self) -> Backend:
        stack = ExitStack()
        stack.enter_context(device(self.device_name))
        if self.strict_flags:
            stack.enter_context(_strict_flags(self.strict_flags))
        self._entered.append(stack)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered.pop().close()


@contextmanager
def _strict_flags(flags: dict[str, Any]) -> Iterator[None]:
    strict = as_device("strict").library.xp
    before = strict.get_array_api_strict_flags()
    strict.set_array_api_strict_flags(**flags)
    try:
        yield
    finally:
        strict.set_array_api_strict_flags(
            api_version=before["api_version"],
            boolean_indexing=before["boolean_indexing"],
            data_dependent_shapes=before["data_dependent_shapes"],
            enabled_extensions=before["enabled_extensions"],
        )


BACKENDS = {
    backend.name: backend
    for backend in (
        Backend("numpy", "cpu"),
        Backend("numpy-readonly", "cpu", readonly=True),
        Backend("strict", "strict:cpu"),
        Backend("strict-device1", "strict:device1"),
        Backend(
            "strict-no-bool",
            "strict:device1",
            strict_flags={"boolean_indexing": False, "data_dependent_shapes": False},
        ),
        Backend("torch", "torch:cpu"),
        Backend("jax", "jax:cpu"),
        Backend("cupy", "cuda:0"),
    )
}
"""Every backend by name."""


def backends(*names: str) -> list[Backend]:
    """Return the backends with these names, or, with none given, all that work here.

    Examples
    --------
    >>> [backend.name for backend in backends("numpy")]
    ['numpy']
    """
    if names:
        return [BACKENDS[choose("backends", "name", name, BACKENDS)] for name in names]
    return [backend for backend in BACKENDS.values() if backend.unavailable() is None]
