"""The peers of a benchmark do the same work, and every benchmark says what it needs to."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import xpnet as xn
from benchmarks import jax_steps, networks, steps
from benchmarks.__main__ import NAMES, UNITS, measure_of
from benchmarks.paired import case_of
from xpnet.testing import BACKENDS


@pytest.fixture
def torch(monkeypatch):
    if BACKENDS["torch"].unavailable():
        pytest.skip(BACKENDS["torch"].unavailable())
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return importlib.import_module("torch")


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_has_a_case_for_each_peer_and_each_target(name):
    module = importlib.import_module(f"benchmarks.{name}")
    assert module.PEERS[0] == "xpnet"
    assert all(callable(case_of(module, peer)) for peer in module.PEERS)
    assert set(module.TARGETS) <= set(module.PEERS) - {"xpnet"}
    on_gpu = getattr(module, "ON_GPU", ())
    assert all(callable(case_of(module, peer)) for peer in on_gpu)
    assert set(getattr(module, "TARGETS_ON_GPU", ())) <= set(on_gpu) - {"xpnet"}
    assert measure_of(module) in UNITS
    assert len(module.__doc__.splitlines()[0]) <= 100


NETWORKS = [
    (networks.mlp, (784,), 669_706),
    (networks.lenet, (1, 28, 28), 61_706),
    (networks.conv, (1, 28, 28), 1_199_882),
    (networks.norm, (3, 32, 32), 288_746),
    (networks.resnet, (3, 32, 32), 272_474),
    (networks.lstm, (28, 28), 82_186),
    (networks.gru, (28, 28), 61_962),
]


@pytest.mark.parametrize("network, shape, parameters", NETWORKS)
def test_the_networks_are_the_same_for_both_libraries(torch, network, shape, parameters):
    own, other = network(xn.nn), network(torch.nn)
    assert sum(parameter.size for parameter in own.parameters()) == parameters
    shapes = {name: tuple(array.shape) for name, array in own.state_dict().items()}
    assert shapes == {name: tuple(array.shape) for name, array in other.state_dict().items()}


@pytest.mark.parametrize("network, shape, parameters", NETWORKS)
def test_both_libraries_take_the_same_training_step(torch, monkeypatch, network, shape, parameters):
    """From the same weights, two steps of the cases themselves end at the same weights."""
    models = {}

    def kept(nn):
        model = network(nn)
        models[nn is xn.nn] = model
        return model

    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)
    cases = steps.training(kept, 4, shape)
    own, other = cases["xpnet"](), cases["torch"]()
    models[False].load_state_dict(
        {
            name: torch.from_numpy(np.array(array))
            for name, array in models[True].state_dict().items()
        }
    )
    before = {name: np.array(array) for name, array in models[True].state_dict().items()}
    for _ in range(2):
        own()
        other()
    after = {name: np.asarray(array) for name, array in models[True].state_dict().items()}
    assert any(not np.array_equal(before[name], after[name]) for name in before)
    for name, array in models[False].state_dict().items():
        np.testing.assert_allclose(after[name], array.numpy(), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("network, shape, parameters", NETWORKS[:3])
def test_jax_takes_the_same_training_step(network, shape, parameters):
    if BACKENDS["jax"].unavailable():
        pytest.skip(BACKENDS["jax"].unavailable())
    models = []

    def kept(nn):
        xn.manual_seed(0)
        models.append(network(nn))
        return models[-1]

    own, other = steps.training(kept, 4, shape)["xpnet"](), jax_steps.training(kept, 4, shape)()
    for _ in range(2):
        own()
        other()
    after = [layer.state_dict() for layer in models[0]]
    for actual, expected in zip(other.weights(), after, strict=True):
        assert actual.keys() == expected.keys()
        for name, array in expected.items():
            np.testing.assert_allclose(actual[name], array, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("network, shape, parameters", NETWORKS)
def test_predicting_is_in_evaluation_mode_and_on_one_sample(
    torch, monkeypatch, network, shape, parameters
):
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)
    seen = []

    def watched(nn):
        model = network(nn)
        forward = model.forward

        def watch(x):
            seen.append((tuple(x.shape), model.training))
            return forward(x)

        model.forward = watch
        return model

    for case in steps.predicting(watched, shape):
        case()()
    assert seen == [((1, *shape), False)] * 2


@pytest.mark.parametrize("size", [14, 28, 56])
def test_lenet_takes_images_of_other_sizes(size):
    x, y = steps.samples(2, (1, size, size))
    assert x.dtype == np.float32
    assert y.shape == (2,)
    assert networks.lenet(xn.nn, size=size, maps=(3, 5)).predict(x).shape == (2, 10)
