"""The same seed gives the same network on every array library and device."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import xpnet as xn
from xpnet import kernels, nn, optim

STEPS = 100


def build(dtype):
    xn.manual_seed(3)
    model = nn.Sequential(
        nn.Linear(64, 32),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(32, 16),
        nn.Tanh(),
        nn.Linear(16, 10),
    )
    return model.to(dtype=dtype)


def trained(device, dtype):
    """Train for 100 Adam steps on real digits; return the parameters as NumPy arrays by name."""
    train, _ = xn.data.load_digits(flatten=True)
    with xn.device(device):
        model = build(dtype)
        optimizer = optim.Adam(model.parameters(), lr=1e-3)
        loader = xn.data.DataLoader(train, batch_size=32, shuffle=True, seed=0)
        step = 0
        while step < STEPS:
            for x, y in loader:
                loss = nn.functional.cross_entropy(model(xn.asarray(x, dtype)), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                step += 1
                if step == STEPS:
                    break
        return {name: xn.to_numpy(array) for name, array in model.state_dict().items()}


@cache
def on_numpy(dtype):
    return trained("cpu", dtype)


def distance(actual, expected):
    """The largest difference of a parameter, relative to the largest of its entries."""
    return max(
        float(np.max(np.abs(actual[name] - expected[name])) / np.max(np.abs(expected[name])))
        for name in expected
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_initial_parameters_are_bit_identical(backend, dtype):
    actual = build(dtype).state_dict()
    with xn.device("cpu"):
        expected = build(dtype).state_dict()
    for name, array in expected.items():
        assert xn.to_numpy(actual[name]).tobytes() == array.tobytes()


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-9), ("float32", 1e-4)])
def test_parameters_agree_after_100_adam_steps(backend, dtype, tolerance):
    assert distance(trained(backend.device_name, dtype), on_numpy(dtype)) <= tolerance


def test_kernels_change_nothing_but_the_speed():
    with kernels.disabled():
        generic = trained("cpu", "float64")
    assert distance(on_numpy("float64"), generic) <= 1e-12
