"""The kernels for CuPy, run on the CPU."""

from __future__ import annotations

import pytest

from tests.kernels.cupy import emulated


@pytest.fixture
def gpu():
    """The stand-in for CuPy, with a second device as the current one for arrays made here."""
    if emulated.COMPILER is None:
        pytest.skip("g++ is not installed, which compiles the kernels for the CPU")
    with emulated.emulation() as module:
        yield module
