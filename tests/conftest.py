"""The ``backend`` fixture: every test that asks for it runs on every backend that works here."""

from __future__ import annotations

import pytest

import xpnet as xn
from xpnet.testing import BACKENDS


def pytest_addoption(parser):
    parser.addoption(
        "--backend",
        action="append",
        choices=sorted(BACKENDS),
        help="run tests that depend on a backend on this one only (repeatable); default: all",
    )


def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames:
        names = metafunc.config.getoption("--backend") or list(BACKENDS)
        metafunc.parametrize("backend", names, indirect=True)


@pytest.fixture
def backend(request):
    """A ``xpnet.testing.Backend`` whose device is the current one during the test."""
    backend = BACKENDS[request.param]
    reason = backend.unavailable()
    if reason is not None:
        if request.config.getoption("--backend"):
            pytest.fail(reason)
        pytest.skip(reason)
    with backend:
        yield backend


@pytest.fixture(autouse=True)
def _seed():
    """Start every test from the same random state."""
    xn.manual_seed(0)
