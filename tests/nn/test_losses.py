"""Losses as modules, by name, and with weights given as lists."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn, ops
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.errors import ArgumentError
from xpnet.nn import functional
from xpnet.testing import assert_close

CLASSES = {
    nn.BCELoss: functional.binary_cross_entropy,
    nn.BCEWithLogitsLoss: functional.binary_cross_entropy_with_logits,
    nn.CrossEntropyLoss: functional.cross_entropy,
    nn.HingeLoss: functional.hinge_loss,
    nn.HuberLoss: functional.huber_loss,
    nn.L1Loss: functional.l1_loss,
    nn.MSELoss: functional.mse_loss,
    nn.MultiMarginLoss: functional.multi_margin_loss,
    nn.NLLLoss: functional.nll_loss,
    nn.PerceptronLoss: functional.perceptron_loss,
    nn.PoissonNLLLoss: functional.poisson_nll_loss,
    nn.QuadraticCost: functional.quadratic_cost,
    nn.QuantileLoss: functional.quantile_loss,
}
OPTIONS = {
    nn.BCELoss: {"weight": [1.0, 2.0, 3.0]},
    nn.BCEWithLogitsLoss: {"weight": [1.0, 2.0, 3.0], "pos_weight": [3.0, 2.0, 1.0]},
    nn.CrossEntropyLoss: {"weight": [1.0, 2.0, 3.0], "ignore_index": 1, "label_smoothing": 0.1},
    nn.HingeLoss: {"power": 2},
    nn.HuberLoss: {"delta": 0.2},
    nn.MultiMarginLoss: {"p": 2, "margin": 0.5, "weight": [1.0, 2.0, 3.0]},
    nn.NLLLoss: {"weight": [1.0, 2.0, 3.0], "ignore_index": 1},
    nn.PoissonNLLLoss: {"log_input": False, "full": True, "eps": 1e-3},
    nn.QuantileLoss: {"q": 0.9},
}
X = np.asarray([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])


def target(loss, backend):
    if loss in (nn.CrossEntropyLoss, nn.NLLLoss, nn.MultiMarginLoss):
        return backend.asarray([1, 2])
    if loss in (nn.HingeLoss, nn.PerceptronLoss):
        return backend.asarray([[1, -1, 1], [-1, 1, -1]])
    return backend.asarray([[1.0, 0.0, 1.0], [0.0, 0.5, 0.0]])


each_loss = pytest.mark.parametrize("loss", CLASSES, ids=lambda loss: loss.__name__)


def test_every_loss_has_a_class_a_function_and_a_name():
    assert {f.__name__ for f in CLASSES.values()} == set(ops.losses.__all__)
    squared = {functional.squared_hinge_loss}  # the class is HingeLoss(power=2)
    assert set(functional.LOSSES.values()) == set(CLASSES.values()) | squared


@each_loss
def test_a_module_gives_what_its_function_gives(loss, backend):
    x, y = backend.asarray(X.astype(np.float32)), target(loss, backend)
    for options in ({}, {"reduction": "sum"}, {"reduction": "none"}, OPTIONS.get(loss, {})):
        assert_close(loss(**options)(x, y), CLASSES[loss](x, y, **options))


@each_loss
def test_a_call_may_ask_for_another_reduction(loss, backend):
    x, y = backend.asarray(X.astype(np.float32)), target(loss, backend)
    options = OPTIONS.get(loss, {})
    assert_close(
        loss(**options)(x, y, reduction="none"), CLASSES[loss](x, y, reduction="none", **options)
    )


def test_the_squared_hinge_is_a_hinge_of_power_two(backend):
    x, y = backend.asarray(X), target(nn.HingeLoss, backend)
    assert_close(functional.squared_hinge_loss(x, y), nn.HingeLoss(power=2)(x, y))


@each_loss
def test_an_unknown_reduction_is_refused_when_the_module_is_made(loss):
    with pytest.raises(ArgumentError, match=rf"{loss.__name__}: reduction must be one of"):
        loss(reduction="avg")


def test_weights_are_buffers_that_move_with_the_module(backend):
    loss = nn.CrossEntropyLoss([1.0, 2.0, 3.0]).to(dtype="float64")
    assert dtype_name(loss.weight.dtype) == "float64"
    assert device_of(loss.weight) == backend.device
    assert [name for name, _ in loss.named_buffers()] == ["weight"]
    loss.to("cpu")
    assert device_of(loss.weight).name == "cpu"


def test_without_weights_there_is_no_buffer():
    assert nn.CrossEntropyLoss().state_dict() == {}


def test_the_functions_take_weights_as_lists(backend):
    x, y = backend.asarray(X), backend.asarray([1, 2])
    listed = functional.cross_entropy(x, y, weight=[1.0, 2.0, 3.0])
    assert_close(listed, functional.cross_entropy(x, y, backend.asarray(np.asarray([1.0, 2, 3]))))


def test_the_gradient_reaches_the_parameters(backend, small):
    model = small()
    loss = nn.CrossEntropyLoss()(
        model(backend.asarray([[1.0, 2.0, 3.0]] * 2)), backend.asarray([0, 1])
    )
    loss.backward()
    assert all(np.any(to_numpy(p.grad)) for p in model.parameters())


@pytest.mark.parametrize("name", sorted(functional.LOSSES))
def test_a_loss_is_found_by_its_name_and_by_that_of_its_function(name):
    function = functional.LOSSES[name]
    assert functional.get_loss(name) is function
    assert functional.get_loss(function.__name__) is function


def test_functions_and_modules_are_losses_as_they_are():
    module = nn.MSELoss()
    assert functional.get_loss(module) is module
    assert functional.get_loss(functional.mse_loss) is functional.mse_loss


def test_an_unknown_loss_is_refused_with_a_suggestion():
    with pytest.raises(ArgumentError, match="did you mean 'cross_entropy'"):
        functional.get_loss("crossentropy")


@pytest.mark.parametrize("wrong", [nn.MSELoss, 3, None])
def test_what_is_no_loss_is_refused(wrong):
    with pytest.raises(ArgumentError, match="loss must be a name or a function"):
        functional.get_loss(wrong)


def test_a_small_network_learns_with_every_loss_by_name():
    """Thirty steps of plain gradient descent make each loss smaller."""
    x = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    labels = (x[:, 0] > 0).astype(np.int64)
    onto = {"cross_entropy": labels, "multi_margin": labels}
    signs = (2 * np.eye(2)[labels] - 1).astype(np.float32)
    onto |= {"hinge": signs, "squared_hinge": signs, "perceptron": signs}
    for name in sorted(set(functional.LOSSES) - {"bce", "nll"}):
        xn.manual_seed(0)
        model = nn.Linear(3, 2)
        loss = functional.get_loss(name)
        y = onto.get(name, np.eye(2, dtype=np.float32)[labels])
        values = []
        for _ in range(30):
            value = loss(model(x), y)
            model.zero_grad()
            value.backward()
            values.append(float(value.data))
            for p in model.parameters():
                p.data = p.data - np.float32(0.1) * p.grad
        assert values[-1] < 0.9 * values[0], name
