"""The kernels for CuPy, run on the CPU."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from tests.kernels.cupy import emulated
from xpnet import kernels


@pytest.fixture(autouse=True)
def _kernels_on():
    """These tests are about kernels, also in a run that leaves them off."""
    # not by monkeypatch: what a test patches in the stand-in must be undone before that goes
    with patch.object(kernels.registry, "_enabled", True):
        yield


@pytest.fixture
def gpu():
    """The stand-in for CuPy; what the kernels import instead of it."""
    if emulated.unavailable():
        pytest.skip(emulated.unavailable())
    with emulated.emulation() as module:
        yield module
