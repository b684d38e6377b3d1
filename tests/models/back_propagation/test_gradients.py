"""By hand and by the tape: the same gradients, for every activation, cost, depth and library."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import models
from xpnet.backend import device_of, is_array, to_numpy
from xpnet.models.back_propagation import COSTS, SLOPES, bp1, bp2, bp3, bp4
from xpnet.testing import assert_close

RNG = np.random.default_rng(0)
X = RNG.standard_normal((6, 4))
NUMBERS = RNG.random((6, 3))
LABELS = np.asarray([0, 2, 1, 1, 0, 2])


def deep(backend, *arguments, **options):
    return models.DeepNetwork(*arguments, dtype="float64", device=backend.device, **options)


def assert_by_hand_equals_tape(network, backend, y):
    x, y = backend.asarray(X), backend.asarray(y)
    network.zero_grad()
    network.cost(x, y).backward()
    network.forward(x)
    by_hand = network.backward(y)
    names = [name for name, _ in network.named_parameters()]
    assert set(by_hand) == set(names)
    for name, parameter in network.named_parameters():
        assert is_array(by_hand[name])
        assert device_of(by_hand[name]) == backend.device
        assert_close(by_hand[name], parameter.grad, rtol=0, atol=1e-10)
        assert float(backend.xp.max(backend.xp.abs(parameter.grad))) > 1e-6


@pytest.mark.parametrize("activation", SLOPES)
def test_every_activation_gives_the_gradients_of_the_tape(backend, activation):
    network = deep(backend, (4, 5, 3), activation, output=activation)
    assert_by_hand_equals_tape(network, backend, NUMBERS)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("hidden", [(), (5,), (5, 4), (6, 5, 4, 3)], ids=len)
def test_every_cost_and_depth_gives_the_gradients_of_the_tape(backend, cost, hidden):
    network = deep(backend, (4, *hidden, 3), "tanh", cost)
    assert_by_hand_equals_tape(network, backend, LABELS)


@pytest.mark.parametrize("k", [1, 3])
def test_two_layers_without_a_loop_give_the_gradients_of_the_tape(backend, k):
    network = models.ShallowNetwork(4, 5, k, dtype="float64", device=backend.device)
    y = (LABELS > 0).astype(np.int64) if k == 1 else LABELS
    assert_by_hand_equals_tape(network, backend, y)


def test_the_shallow_network_is_the_deep_one_of_two_layers(backend):
    shallow = models.ShallowNetwork(4, 5, 3, dtype="float64", device=backend.device)
    network = deep(backend, (4, 5, 3), "tanh", "cross_entropy")
    pairs = {"W.1": "W1", "b.1": "b1", "W.2": "W2", "b.2": "b2"}
    network.load_state_dict({deep: getattr(shallow, name).data for deep, name in pairs.items()})
    x, y = backend.asarray(X), backend.asarray(LABELS)
    assert_close(network.forward(x).data, shallow.forward(x).data)
    one, other = network.backward(y), shallow.backward(y)
    for deep_name, name in pairs.items():
        assert_close(one[deep_name], other[name])


@pytest.mark.parametrize("cost", COSTS)
def test_finite_differences_agree(cost):
    network = models.DeepNetwork((4, 5, 3), "tanh", cost, dtype="float64")
    network.forward(X)
    by_hand = network.backward(LABELS)
    for name, parameter in network.named_parameters():
        w, place = parameter.data, np.zeros(parameter.shape)
        place.flat[1] = 1e-5
        parameter.data = w + place
        above = float(network.cost(X, LABELS).data)
        parameter.data = w - place
        below = float(network.cost(X, LABELS).data)
        parameter.data = w
        assert by_hand[name].flat[1] == pytest.approx((above - below) / 2e-5, abs=1e-8)


def test_the_equations_are_those_of_the_notes_for_one_sample_as_a_column():
    w, delta = RNG.standard_normal((3, 5)), RNG.standard_normal(3)
    slope, a = RNG.random(5), RNG.standard_normal(4)
    row = delta[None, :]
    assert_close(bp1(row, 2 * row), delta[None, :] * (2 * delta))
    assert_close(bp2(w, row, slope[None, :]), ((w.T @ delta) * slope)[None, :])
    assert_close(bp3(row), delta)
    assert_close(bp4(row, a[None, :]), np.outer(delta, a))


def test_the_slope_of_the_sigmoid_cancels_in_the_error_of_the_cross_entropy(backend):
    network = deep(backend, (4, 5, 3), cost="cross_entropy")
    network.forward(backend.asarray(X))
    y = backend.asarray(NUMBERS)
    by_bp1 = bp1(COSTS["cross_entropy"].gradient(network.A[2], y), SLOPES["sigmoid"](network.Z[2]))
    assert_close(by_bp1, network.error(y))
    assert_close(network.error(y), network.A[2] - y)


def test_the_jacobian_of_the_softmax_cancels_in_the_error_of_the_log_likelihood():
    network = models.DeepNetwork((4, 5, 3), cost="log_likelihood", dtype="float64")
    network.forward(X)
    a = network.A[2]
    y = np.eye(3)[LABELS]
    jacobian = a[:, :, None] * (np.eye(3) - a[:, None, :])  # ∂a_j/∂z_k
    gradient = COSTS["log_likelihood"].gradient(a, y)
    assert_close(np.einsum("nj,njk->nk", gradient, jacobian), network.error(LABELS))


def test_a_saturated_wrong_unit_learns_with_the_cross_entropy_alone():
    slow = models.DeepNetwork((1, 1), dtype="float64")
    fast = models.DeepNetwork((1, 1), cost="cross_entropy", dtype="float64")
    x, y = np.ones((1, 1)), np.zeros((1, 1))
    for network in (slow, fast):
        network.W[1].data = np.full((1, 1), 800.0)
        network.forward(x)
    assert slow.backward(y)["W.1"] == 0
    assert fast.backward(y)["W.1"] == 1
    assert np.isfinite(float(fast.cost(x, y).data))


@pytest.mark.parametrize("name", SLOPES)
def test_slopes_by_hand_are_those_of_the_tape(backend, name):
    z = backend.asarray(np.linspace(-6, 6, 25))  # with the kink at 0
    function = (lambda z: z) if name == "identity" else getattr(xn.nn.functional, name)

    def total(z):
        return xn.namespace(z).sum(function(z))

    assert_close(SLOPES[name](z), xn.grad(total)(z), rtol=0, atol=1e-10)


def test_every_activation_for_single_numbers_has_its_slope():
    others = {"sign", "step", "softmax", "log_softmax"}
    missing = set(xn.nn.ACTIVATIONS) - others - set(SLOPES)
    assert not missing, f"give models/back_propagation/slopes.py the slope of {missing}"
    assert set(SLOPES) <= set(xn.nn.ACTIVATIONS)


def test_tanh_is_a_sigmoid_stretched(backend):
    z = backend.asarray(np.linspace(-8, 8, 41))
    xp = backend.xp
    F = xn.nn.functional
    assert_close(F.tanh(z), 2 * F.sigmoid(2 * z) - 1)
    assert_close(SLOPES["tanh"](z), 4 * SLOPES["sigmoid"](2 * z))
    by_tape = xn.grad(lambda z: xn.namespace(z).sum(2 * F.sigmoid(2 * z) - 1))(z)
    assert_close(xn.grad(lambda z: xn.namespace(z).sum(F.tanh(z)))(z), by_tape)
    assert bool(xp.all(by_tape > 0))


def test_caches_are_bare_arrays_of_every_layer(backend):
    network = deep(backend, (4, 5, 3), "relu")
    x = backend.asarray(X)
    outputs = network(x)
    assert sorted(network.Z) == [1, 2]
    assert sorted(network.A) == [0, 1, 2]
    arrays = [*network.Z.values(), *network.A.values()]
    assert all(is_array(array) for array in arrays)
    assert all(device_of(array) == backend.device for array in arrays)
    assert_close(network.A[0], x)
    assert_close(
        network.A[1], backend.xp.maximum(network.Z[1], backend.xp.zeros_like(network.Z[1]))
    )
    assert_close(network.A[2], outputs.data)
    assert to_numpy(outputs.data).shape == (6, 3)
    network.backward(backend.asarray(NUMBERS))
    assert {layer: d.shape for layer, d in network.delta.items()} == {2: (6, 3), 1: (6, 5)}
