"""The same seed gives the same network on every array library and device."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

import xpnet as xn
from xpnet import kernels, nn, optim


def mlp():
    return nn.Sequential(
        nn.Linear(64, 32),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(32, 16),
        nn.Tanh(),
        nn.Linear(16, 10),
    )


def enlarge(x):
    """Make the digits as large as those of MNIST: (N, 1, 8, 8) -> (N, 1, 28, 28).

    Smoothly: where neighbours are equal, rounding decides which of them is the maximum of a pool.
    """
    return nn.functional.interpolate(x, size=28, mode="bilinear")


def adam(parameters):
    return optim.Adam(parameters, lr=1e-3)


def momentum(parameters):
    # Adam divides by the size of the gradient: where that is zero but for rounding, as behind units
    # that see the background alone, it moves parameters by the learning rate, either way.
    return optim.SGD(parameters, lr=0.05, momentum=0.9)


# network: (its layers, what is done to a batch of images first, optimizer, batch size, steps)
NETWORKS = {
    "mlp": (mlp, nn.functional.flatten, adam, 32, 100),
    "lenet5": (xn.models.LeNet5, enlarge, momentum, 16, 50),
}


def build(network, dtype):
    xn.manual_seed(3)
    return NETWORKS[network][0]().to(dtype=dtype)


def trained(network, device, dtype):
    """Train on real digits; return parameters by name and losses, as NumPy arrays."""
    _, prepare, optimizer_of, batch_size, steps = NETWORKS[network]
    train, _ = xn.data.load_digits()
    with xn.device(device):
        model = build(network, dtype)
        optimizer = optimizer_of(model.parameters())
        loader = xn.data.DataLoader(train, batch_size=batch_size, shuffle=True, seed=0)
        losses = []
        batches = itertools.chain.from_iterable(itertools.repeat(loader))
        for x, y in itertools.islice(batches, steps):
            loss = nn.functional.cross_entropy(model(prepare(xn.asarray(x, dtype))), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.data)
        parameters = {name: xn.to_numpy(array) for name, array in model.state_dict().items()}
        return parameters, np.stack([xn.to_numpy(loss) for loss in losses])


@cache
def on_numpy(network, dtype):
    return trained(network, "cpu", dtype)


def distance(actual, expected):
    """The largest difference of a parameter, relative to the largest of its entries."""
    return max(
        float(np.max(np.abs(actual[name] - expected[name])) / np.max(np.abs(expected[name])))
        for name in expected
    )


every_network = pytest.mark.parametrize("network", NETWORKS)


@every_network
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_initial_parameters_are_bit_identical(backend, network, dtype):
    actual = build(network, dtype).state_dict()
    with xn.device("cpu"):
        expected = build(network, dtype).state_dict()
    for name, array in expected.items():
        assert xn.to_numpy(actual[name]).tobytes() == array.tobytes()


@every_network
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-9), ("float32", 1e-4)])
def test_training_gives_the_same_losses_and_parameters(backend, network, dtype, tolerance):
    parameters, losses = trained(network, backend.device_name, dtype)
    expected, expected_losses = on_numpy(network, dtype)
    np.testing.assert_allclose(losses, expected_losses, rtol=tolerance)
    assert distance(parameters, expected) <= tolerance


@every_network
def test_kernels_change_nothing_but_the_speed(network):
    with kernels.disabled():
        generic, _ = trained(network, "cpu", "float64")
    assert distance(on_numpy(network, "float64")[0], generic) <= 1e-12
