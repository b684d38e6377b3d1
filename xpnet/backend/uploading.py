"""Copying from the host to a device beside the device's work: what libraries offer of it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from ..typing import Array

__all__ = ["Uploader"]


class Uploader(Protocol):
    """Copies arrays of the host to a device while that works on something else."""

    def stage(self, host: np.ndarray) -> np.ndarray:
        """Return a copy from which the device can fetch by itself; in any thread."""

    def send(self, staged: np.ndarray) -> tuple[Array, Any]:
        """Begin to copy what was staged; return the array, and a mark for `receive`."""

    def receive(self, mark: Any) -> None:
        """Let all later work of this thread on the device wait for the copy; the host does not."""
