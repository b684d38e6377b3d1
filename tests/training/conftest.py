from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn


@pytest.fixture
def points():
    """Two classes in the plane with a curved border: X (200, 2), y (200,), on the host."""
    x = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    return x, (x[:, 0] ** 2 + x[:, 1] > 0.5).astype(np.int64)


@pytest.fixture
def make_trainer():
    """A trainer of a small network for the points, with the options given."""

    def make(dtype="float32", lr=0.01, **options):
        xn.manual_seed(0)
        model = xn.models.MLP(2, (16,), 2, activation="tanh").to(dtype=dtype)
        return xn.Trainer(model, xn.optim.Adam(model.parameters(), lr=lr), **options)

    return make


@pytest.fixture
def fetches(monkeypatch):
    """The number of times that a value left the device, as a list with one entry for each."""
    strict = pytest.importorskip("array_api_strict")
    library = xn.device("strict:device1").target.library
    monkeypatch.setattr(type(library), "host", False)  # as on a GPU
    seen = []

    def counted(function):
        def count(*args, **kwargs):
            seen.append(function.__name__)
            return function(*args, **kwargs)

        return count

    kind = type(strict.asarray(0))
    for name in ("__float__", "__int__", "__bool__", "__index__", "__complex__"):
        monkeypatch.setattr(kind, name, counted(getattr(kind, name)))
    monkeypatch.setattr(type(library), "to_numpy", counted(type(library).to_numpy))
    return seen
