"""Logic by perceptrons, and what one of them cannot do."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import models
from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.models import Perceptron, perceptron
from xpnet.nn import functional as F

GATES = ["and", "or", "nand", "nor", "not"]


@pytest.mark.parametrize("name", GATES)
def test_a_gate_with_given_weights_computes_its_truth_table(backend, name):
    x, y = xn.data.logic_gate(name).arrays
    model = perceptron.gate(name)
    x = backend.asarray(x)
    assert to_numpy(model.predict(x)).tolist() == (2 * y - 1).tolist()
    assert to_numpy(F.step(model(x).data)).tolist() == y.tolist()
    assert device_of(model.linear.weight) == backend.device


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("name", GATES)
def test_a_gate_is_learnt_within_the_bound(backend, name, signed):
    x, y = xn.data.logic_gate(name, signed=signed).arrays
    y = y if signed else 2 * y - 1
    learnt = perceptron.learn(backend.asarray(x), backend.asarray(y))
    assert learnt.converged
    assert to_numpy(learnt.model.predict(backend.asarray(x))).tolist() == y.tolist()
    assert learnt.updates <= perceptron.bound(x, y).updates


def test_at_xor_the_perceptron_runs_in_a_circle():
    x, y = xn.data.logic_gate("xor").arrays
    learnt = perceptron.learn(x, 2 * y - 1, max_updates=100, history=True)
    assert not learnt.converged
    v = np.c_[learnt.history.w, learnt.history.b]
    assert not v[::4].any()  # back at zero after four corrections each
    assert len(np.unique(v, axis=0)) == 4
    assert learnt.errors.min() > 0


def test_the_pocket_leaves_one_of_the_four_rows_of_xor_wrong():
    x, y = xn.data.logic_gate("xor").arrays
    assert perceptron.learn_pocket(x, 2 * y - 1, max_updates=200).errors.min() == 1


def test_three_perceptrons_make_xor(backend):
    x, y = xn.data.logic_gate("xor").arrays
    assert to_numpy(models.XOR().predict(backend.asarray(x))).tolist() == y.tolist()


def test_xor_is_made_of_learnt_gates_as_well(tmp_path):
    def learn(name):
        x, y = xn.data.logic_gate(name).arrays
        return perceptron.learn(x, 2 * y - 1).model

    model = models.XOR(learn("or"), learn("nand"), learn("and"))
    x, y = xn.data.logic_gate("xor").arrays
    assert model.predict(x).tolist() == y.tolist()
    xn.save(model, tmp_path / "xor.safetensors")
    again = xn.load(tmp_path / "xor.safetensors")
    assert type(again) is models.XOR
    assert again.predict(x).tolist() == y.tolist()
    assert (again.either.linear.weight.data == model.either.linear.weight.data).all()


def test_what_no_perceptron_computes_is_refused():
    with pytest.raises(ArgumentError, match=r"got 'xor'; XOR\(\) is made of three"):
        perceptron.gate("xor")
    with pytest.raises(ArgumentError, match=r"perceptron\.gate: name must be one of .* 'nandd'"):
        perceptron.gate("nandd")


def test_a_perceptron_is_made_of_its_weights(backend):
    model = Perceptron.from_weights(backend.asarray([1.0, -2.0]), 0.5)
    x = backend.asarray([[1.0, 0.0], [0.0, 1.0]])
    assert to_numpy(model.scores(x)).tolist() == [1.5, -1.5]
    assert to_numpy(model.predict(x)).tolist() == [1.0, -1.0]
    double = Perceptron.from_weights(np.asarray([1.0, 2.0]), np.asarray([3.0]))
    assert double.linear.bias.data.dtype == np.float64
    assert Perceptron.from_weights([1, 2, 3], 4).linear.weight.shape == (1, 3)


def test_the_weights_of_a_perceptron_are_a_vector():
    for w in ([[1.0, 2.0]], np.zeros((0,)), 1.0):
        with pytest.raises(ShapeError, match=r"from_weights: w must be \(D,\), got .*one weight"):
            Perceptron.from_weights(w, 0.0)
