"""The kernels for CuPy, run on the CPU."""

from __future__ import annotations

import pytest

from tests.kernels.cupy import emulated
from xpnet import kernels


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    """These tests are about kernels, also in a run that leaves them off."""
    monkeypatch.setattr(kernels.registry, "_enabled", True)


@pytest.fixture
def gpu():
    """The stand-in for CuPy; what the kernels import instead of it."""
    if emulated.unavailable():
        pytest.skip(emulated.unavailable())
    with emulated.emulation() as module:
        yield module
