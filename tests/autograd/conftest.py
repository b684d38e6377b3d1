"""The fixture ``half``: each half precision on each library that has it."""

import pytest

from xpnet.testing import BACKENDS

HALVES = [
    ("numpy", "float16"),
    ("cupy", "float16"),
    ("torch", "float16"),
    ("torch", "bfloat16"),
    ("jax", "float16"),
    ("jax", "bfloat16"),
]


def pytest_generate_tests(metafunc):
    """Take the backends that were asked for, or those that work here."""
    if "half" in metafunc.fixturenames:
        names = metafunc.config.getoption("--backend")
        chosen = [
            (name, dtype)
            for name, dtype in HALVES
            if (name in names if names else not BACKENDS[name].unavailable())
        ]
        metafunc.parametrize("half", chosen, indirect=True, ids="-".join)


@pytest.fixture
def half(request):
    """The name of a half precision, on a library that has it."""
    name, dtype = request.param
    with BACKENDS[name]:
        yield dtype
