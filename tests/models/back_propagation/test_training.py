"""Gradient descent by hand: it learns, it is what SGD does on the tape, and it refuses clearly."""

from __future__ import annotations

import re

import numpy as np
import pytest

import xpnet as xn
from xpnet import models
from xpnet.errors import ArgumentError, ShapeError
from xpnet.models.back_propagation import ByHand
from xpnet.testing import assert_close

XOR = np.asarray([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
ANSWERS = np.asarray([0, 1, 1, 0])

SMALL = {
    "shallow": lambda **o: models.ShallowNetwork(2, 4, init="normal", std=1.0, **o),
    "deep": lambda **o: models.DeepNetwork((2, 4, 4, 1), "tanh", "cross_entropy", **o),
    "softmax": lambda **o: models.DeepNetwork((2, 6, 2), "tanh", "log_likelihood", **o),
}


def answers(network, x):
    a = xn.to_numpy(network.predict(x))
    return a.argmax(axis=1) if a.shape[1] > 1 else a[:, 0].round().astype(np.int64)


@pytest.mark.parametrize("name", SMALL)
def test_xor_is_learnt_on_every_backend(name, backend):
    network = SMALL[name]()
    costs = network.fit(backend.asarray(XOR), backend.asarray(ANSWERS), lr=1.0, epochs=400)
    assert len(costs) == 400
    assert costs[-1] < 0.1 < costs[0]
    assert answers(network, backend.asarray(XOR)).tolist() == ANSWERS.tolist()


@pytest.mark.parametrize("name", SMALL)
def test_every_backend_ends_at_the_same_weights(name, backend):
    options = {"lr": 0.5, "epochs": 5, "batch_size": 3, "seed": 4}
    here = SMALL[name](dtype="float64")
    here.fit(backend.asarray(XOR), backend.asarray(ANSWERS), **options)
    xn.manual_seed(0)
    there = SMALL[name](dtype="float64", device="cpu")
    there.fit(XOR, ANSWERS, **options)
    for (_, one), (_, other) in zip(here.named_parameters(), there.named_parameters(), strict=True):
        assert_close(xn.to_numpy(one.data), other.data)


def test_an_update_is_a_step_of_sgd_on_the_tape(backend):
    by_hand, by_tape = SMALL["deep"](dtype="float64"), SMALL["deep"](dtype="float64")
    by_tape.load_state_dict(by_hand.state_dict())
    x, y = backend.asarray(XOR), backend.asarray(ANSWERS)
    by_hand.forward(x)
    by_hand.update(by_hand.backward(y), lr=0.3)
    optimizer = xn.optim.SGD(by_tape.parameters(), lr=0.3)
    by_tape.cost(x, y).backward()
    optimizer.step()
    for one, other in zip(by_hand.parameters(), by_tape.parameters(), strict=True):
        assert_close(one.data, other.data)


def test_the_first_cost_of_a_fit_is_that_before_the_first_update():
    network = SMALL["deep"](dtype="float64")
    before = float(network.cost(XOR, ANSWERS).data)
    assert network.fit(XOR, ANSWERS, epochs=1) == [pytest.approx(before)]


def test_batches_come_in_an_order_that_the_seed_decides():
    def weights(seed):
        xn.manual_seed(0)
        network = SMALL["deep"](dtype="float64")
        network.fit(XOR, ANSWERS, epochs=2, batch_size=1, seed=seed)
        return network.W[1].data

    assert np.array_equal(weights(1), weights(1))
    assert not np.array_equal(weights(1), weights(2))


def test_zeros_keep_the_units_of_a_layer_equal():
    network = models.DeepNetwork((2, 4, 1), "tanh", "cross_entropy", init="constant", value=0.5)
    network.fit(XOR, ANSWERS, epochs=50)
    assert np.ptp(network.W[1].data, axis=0).max() == 0
    assert np.linalg.matrix_rank(network.W[1].data) == 1


@pytest.mark.parametrize("name", SMALL)
def test_a_network_survives_a_file(name, tmp_path):
    network = SMALL[name]()
    xn.save(network, tmp_path / "network.safetensors")
    again = xn.load(tmp_path / "network.safetensors")
    x = XOR.astype(np.float32)
    assert_close(again.predict(x), network.predict(x), rtol=0, atol=0)


def test_the_trainer_trains_it_on_the_tape():
    network = models.DeepNetwork((2, 6, 1), "tanh", "cross_entropy")
    trainer = xn.Trainer(network, xn.optim.SGD(network.parameters(), lr=2.0), loss="bce")
    data = (XOR.astype(np.float32), ANSWERS)
    history = trainer.fit(data, epochs=300, batch_size=4, progress=False)
    assert history["loss"][-1] < 0.2 < history["loss"][0]


def test_inputs_and_targets_are_left_as_they_are():
    x, y = XOR.copy(), ANSWERS.copy()
    SMALL["deep"]().fit(x, y, epochs=2, batch_size=2)
    assert np.array_equal(x, XOR)
    assert np.array_equal(y, ANSWERS)


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        (((4,),), {}, r"DeepNetwork: sizes must be those of at least two layers.*\(64, 30, 10\)"),
        ((5,), {}, r"sizes must be .* got 5; as in \(64, 30, 10\)"),
        (
            ((4, 0, 2),),
            {},
            r"sizes\[1\] must be a positive integer, got 0; it is a number of units",
        ),
        (((4, 2), "sigmoidd"), {}, "activation must be one of .* did you mean 'sigmoid'"),
        (((4, 2), "softmax"), {}, "activation must be one of .* SLOPES.*; MLP takes every"),
        (((4, 2),), {"cost": "quadratical"}, "cost must be one of .* did you mean 'quadratic'"),
        (((4, 2),), {"output": "softmax"}, "DeepNetwork: output must be one of 'elu'"),
        (
            ((4, 2), "tanh", "cross_entropy", "tanh"),
            {},
            "output must be 'sigmoid' for the cost 'cross_entropy', got 'tanh'; leave it out",
        ),
        (((4, 2),), {"init": "xavier"}, "init: scheme must be one of"),
    ],
)
def test_a_deep_network_refuses_what_makes_no_sense(arguments, options, message):
    with pytest.raises(ArgumentError, match=message):
        models.DeepNetwork(*arguments, **options)


def test_a_shallow_network_refuses_sizes_that_are_none():
    with pytest.raises(ArgumentError, match="ShallowNetwork: hidden must be a positive integer"):
        models.ShallowNetwork(2, 0)


@pytest.mark.parametrize("name", SMALL)
def test_inputs_of_another_shape_are_refused(name, backend):
    with pytest.raises(ShapeError, match=r"x must be \(N, 2\), got \(4, 3\); samples are rows"):
        SMALL[name]().forward(backend.asarray(np.zeros((4, 3))))


@pytest.mark.parametrize("name", SMALL)
def test_a_backward_needs_a_forward(name):
    with pytest.raises(ArgumentError, match="backward: a forward must come first, got none; call"):
        SMALL[name]().backward(ANSWERS)


@pytest.mark.parametrize("y", [np.zeros(3, np.int64), np.zeros((4, 2)), np.zeros((4, 1, 1))])
def test_targets_of_another_shape_are_refused(y):
    network = SMALL["deep"]()
    network.forward(XOR.astype(np.float32))
    with pytest.raises(ShapeError, match=r"backward: y must be \(4, 1\), a row for each"):
        network.backward(y)


def test_numbers_are_no_class_labels():
    network = SMALL["softmax"]()
    network.forward(XOR.astype(np.float32))
    with pytest.raises(ShapeError, match=re.escape("or (4,) class labels as integers, got (4,)")):
        network.backward(ANSWERS.astype(np.float32))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"lr": 0}, r"DeepNetwork.fit: lr must be a positive number, got 0; 0.5 is the default"),
        ({"lr": float("nan")}, "lr must be a positive number, got nan"),
        ({"lr": "fast"}, "lr must be a positive number, got 'fast'"),
        ({"epochs": 0}, "DeepNetwork.fit: epochs must be a positive integer, got 0"),
        ({"batch_size": 2.5}, "DeepNetwork.fit: batch_size must be a positive integer, got 2.5"),
    ],
)
def test_a_fit_refuses_what_makes_no_sense(options, message):
    with pytest.raises(ArgumentError, match=message):
        SMALL["deep"]().fit(XOR, ANSWERS, **options)


def test_a_fit_needs_a_target_for_each_sample():
    with pytest.raises(ShapeError, match=r"a target for each sample, \(4,\) or \(4, K\)"):
        SMALL["deep"]().fit(XOR, ANSWERS[:3])
    with pytest.raises(ShapeError, match="there must be a sample"):
        SMALL["deep"]().fit(XOR[:0], ANSWERS[:0])


def test_a_subclass_defines_its_backward():
    with pytest.raises(NotImplementedError, match="Half has no backward method; define one"):
        type("Half", (ByHand,), {})().backward(ANSWERS)


def test_lists_of_numbers_are_data_as_well():
    network = SMALL["deep"]()
    assert len(network.fit(XOR.tolist(), ANSWERS.tolist(), epochs=2)) == 2
