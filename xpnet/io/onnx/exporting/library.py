"""The array library whose arrays are Symbols, known to xpnet while a model is being run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ....backend import Device, Library, register_library, unregister_library
from ....typing import Array, Namespace, NativeDevice
from .symbol import Symbol, constant

__all__ = ["LIBRARY", "Graphs", "known_to_xpnet"]


class Graphs(Library):
    """Arrays that write down what is computed with them, device string ``"onnx"``."""

    name = "onnx"
    title = "ONNX"
    package = "onnx"
    array_packages = ("xpnet_onnx",)
    install = "'xpnet[onnx]'"

    def import_namespace(self) -> Namespace:
        """Return the functions that write nodes."""
        from .namespace import NAMESPACE

        return NAMESPACE

    def parse_device(self, name: str) -> NativeDevice:
        """There is one."""
        if name not in ("", "0"):
            raise self.no_such_device(name)
        return self.name

    def from_numpy(self, host: np.ndarray, device: NativeDevice) -> Array:
        """Return a constant."""
        return constant(np.array(host))

    def to_numpy(self, x: Any) -> np.ndarray:
        """Return the numbers, if they do not depend on the input."""
        known: np.ndarray = x.known("the numbers")
        return known

    def transfer(self, x: Symbol, device: NativeDevice) -> Symbol:
        """There is nowhere else to go."""
        return x


LIBRARY = Graphs()
_one_at_a_time = threading.RLock()


@contextmanager
def known_to_xpnet() -> Iterator[Device]:
    """Register the library inside the block, in one thread at a time."""
    with _one_at_a_time:
        register_library(LIBRARY)
        try:
            yield Device(LIBRARY, LIBRARY.name)
        finally:
            unregister_library(LIBRARY.name)
