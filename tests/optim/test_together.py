"""Small parameters, which the NumPy kernels update as one, become what they become one by one."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from xpnet import kernels, nn, optim

RNG = np.random.default_rng(0)
SHAPES = [(3, 4), (4,), (5, 3), (200, 100), (5,)]  # the fourth is too large for the others
CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1, "maximize": True}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "amsgrad": True}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.1}),
]
every_case = pytest.mark.parametrize(("name", "options"), CASES)


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)


def new(name, options):
    """An optimizer of weights, and of biases that do not decay."""
    rng = np.random.default_rng(1)
    parameters = [nn.Parameter(rng.standard_normal(shape)) for shape in SHAPES]
    weights = [p for p in parameters if p.ndim == 2]
    biases = {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0}
    return getattr(optim, name)([{"params": weights}, biases], **options), parameters


def steps(optimizer, parameters, n, seed=2):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        for p in parameters:
            p.grad = rng.standard_normal(p.shape)
        optimizer.step()


def assert_equal(first, second):
    (one, ps), (other, qs) = first, second
    for p, q in zip(ps, qs, strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-12, atol=1e-12)
        assert one.state[p].keys() == other.state[q].keys()
        for key, value in one.state[p].items():
            np.testing.assert_allclose(value, other.state[q][key], rtol=1e-12, atol=1e-12)


@every_case
def test_together_is_as_one_by_one(name, options):
    actual, expected = new(name, options), new(name, options)
    steps(*actual, 4)
    with kernels.disabled():
        steps(*expected, 4)
    assert_equal(actual, expected)


def test_small_parameters_lie_behind_each_other():
    optimizer, parameters = new("Adam", {})
    steps(optimizer, parameters, 1)
    bases = [p.data.base is parameters[0].data.base for p in parameters]
    assert bases == [True, True, True, False, True]


@every_case
def test_a_copy_goes_on_by_itself(name, options):
    optimizer, parameters = new(name, options)
    steps(optimizer, parameters, 2)
    twin, twins = copy.deepcopy((optimizer, parameters))
    before = [p.data.copy() for p in parameters]
    steps(twin, twins, 2, seed=3)
    for p, array in zip(parameters, before, strict=True):
        np.testing.assert_array_equal(p.data, array)
    expected = new(name, options)
    steps(*expected, 2)
    steps(*expected, 2, seed=3)
    assert_equal((twin, twins), expected)


@every_case
@pytest.mark.parametrize("change", ["state", "data", "missing", "regrouped"])
def test_what_is_changed_between_steps_counts(name, options, change):
    results = []
    for on in (True, False):
        optimizer, parameters = new(name, options)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kernels.registry, "_enabled", on)
            steps(optimizer, parameters, 2)
            if change == "state":
                optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
                for value in optimizer.state.get(parameters[1], {}).values():
                    if isinstance(value, np.ndarray):
                        value += 1.0
            elif change == "data":
                parameters[0].data = np.full(SHAPES[0], 2.0)
            elif change == "missing":
                rng = np.random.default_rng(4)
                for p in parameters[:3]:
                    p.grad = rng.standard_normal(p.shape)
                parameters[3].grad = parameters[4].grad = None
                optimizer.step()
            else:
                optimizer.param_groups[1]["lr"] = 0.05
            steps(optimizer, parameters, 2, seed=3)
        results.append((optimizer, parameters))
    assert_equal(*results)


def test_a_gradient_of_the_wrong_shape_is_refused_and_nothing_is_changed():
    optimizer, parameters = new("Adam", {})
    steps(optimizer, parameters, 1)
    before = parameters[0].data.copy()
    for p in parameters:
        p.grad = np.ones((7, 7))
    with pytest.raises(ValueError, match="a gradient must have the parameter's shape"):
        optimizer.step()
    np.testing.assert_array_equal(parameters[0].data, before)
