"""The ``backend`` fixture: every test that asks for it runs on every backend that works here."""

from __future__ import annotations

import os
import sys
from functools import cache

if "PYTEST_XDIST_WORKER" in os.environ:
    # each process has a core to itself: threads of several would wait for each other, spinning
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")

# SciPy looks at it when it is imported first; scikit-learn's checks of array API inputs want it
os.environ.setdefault("SCIPY_ARRAY_API", "1")

import numpy as np
import pytest

import xpnet as xn
from xpnet.testing import BACKENDS


def pytest_configure(config):
    """Let JAX compile quickly, and each thing once for all processes and modules of tests."""
    os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
    if hasattr(config, "cache"):
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(config.cache.mkdir("jax")))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")


def pytest_addoption(parser):
    parser.addoption(
        "--backend",
        action="append",
        choices=sorted(BACKENDS),
        help="run tests that depend on a backend on this one only (repeatable)",
    )
    parser.addoption(
        "--backend-only",
        action="store_true",
        help="leave out the tests that do not depend on a backend",
    )


@cache
def unavailable():
    """Why each backend that cannot be used here cannot."""
    reasons = {name: backend.unavailable() for name, backend in BACKENDS.items()}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def pytest_report_header(config):
    if config.getoption("--backend"):
        return None
    return [f"backend {name} is left out: {reason}" for name, reason in unavailable().items()]


HALVES = {
    "numpy": ["float16"],
    "cupy": ["float16"],
    "torch": ["float16", "bfloat16"],
    "jax": ["float16", "bfloat16"],
}
"""The half precisions of a backend."""


def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames:
        names = metafunc.config.getoption("--backend")
        names = names or [name for name in BACKENDS if name not in unavailable()]
        if "half" in metafunc.fixturenames:
            pairs = [(name, half) for name in names for half in HALVES.get(name, ())]
            metafunc.parametrize(("backend", "half"), pairs, indirect=True)
        else:
            metafunc.parametrize("backend", names, indirect=True)


def pytest_collection_modifyitems(config, items):
    if config.getoption("--backend-only"):
        chosen = [item for item in items if "backend" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen


@pytest.fixture
def backend(request):
    """A ``xpnet.testing.Backend`` whose device is the current one during the test."""
    backend = BACKENDS[request.param]
    if request.param in unavailable():
        pytest.fail(unavailable()[request.param])  # it was asked for by name
    with backend:
        yield backend


@pytest.fixture
def half(backend, request):
    """The name of a half precision of the backend, which is the current one during the test."""
    return request.param


@pytest.fixture(autouse=True, scope="module")
def _forget_compiled_code():
    """Let go of what JAX has compiled for a module: of the whole suite it would be gigabytes."""
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()


@cache
def generators(module):
    """The generators that a module of tests has made, with their states when it was imported."""
    found = [value for value in vars(module).values() if isinstance(value, np.random.Generator)]
    return [(generator, generator.bit_generator.state) for generator in found]


@pytest.fixture(autouse=True)
def _seed(request):
    """Start every test from the same random state, whatever its process has run before."""
    xn.manual_seed(0)
    for generator, state in generators(request.module):
        generator.bit_generator.state = state
