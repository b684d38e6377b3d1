"""What users of modules get wrong, or bring along from PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.errors import ArgumentError, DeviceError, DTypeError
from xpnet.testing import assert_close


class Bare(nn.Module):
    def forward(self, x):
        return x


@pytest.mark.parametrize("make", [nn.ReLU, nn.Sigmoid, Bare])
def test_arguments_of_a_class_without_a_constructor_are_refused(make):
    with pytest.raises(ArgumentError, match=r"no __init__, got 0.3, foo=2; leave them out"):
        make(0.3, foo=2)
    assert isinstance(make(), nn.Module)


def test_predict_drops_nothing_though_only_a_child_is_in_training(backend):
    model = nn.Sequential(nn.Identity()).eval()
    model.append(nn.Dropout(0.9))
    x = backend.asarray(np.ones(100))
    assert_close(model.predict(x), x)
    assert [m.training for m in model.modules()] == [False, False, True]


def test_modes_are_as_before_when_predict_fails():
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    with pytest.raises(xn.errors.ShapeError):
        model.predict(np.ones((1, 3), np.float32))
    assert all(m.training for m in model.modules())


def test_parameters_are_found_in_lists_tuples_and_dicts():
    class Weights(nn.Module):
        def __init__(self):
            self.weights = [nn.Parameter([1.0]), (nn.Parameter([2.0]),)]
            self.named = {"a": nn.Parameter([3.0])}

        def forward(self, x):
            return x * self.weights[0] * self.weights[1][0] * self.named["a"]

    model = Weights()
    names = ["weights.0", "weights.1.0", "named.a"]
    assert [name for name, _ in model.named_parameters()] == names
    model(np.ones(1, np.float32)).sum().backward()
    assert [p.grad.tolist() for p in model.parameters()] == [[6.0], [3.0], [2.0]]
    state = {name: np.float32([i]) for i, name in enumerate(names)}
    model.load_state_dict(state)
    assert model.weights[1][0].data.tolist() == [1.0]


@pytest.mark.parametrize("x", [[[1.0, 2.0]], 3.0])
def test_a_list_or_number_as_input_is_refused_with_the_remedy(x):
    for use in (nn.Linear(2, 1), nn.Sequential(nn.Linear(2, 1)).predict):
        with pytest.raises(DTypeError, match=r"Linear: input must be an array.*xn.asarray"):
            use(x)
    with pytest.raises(DTypeError, match="predict: input must be an array"):
        nn.Linear(2, 1).predict(x, batch_size=1)


def test_an_error_within_a_forward_is_not_blamed_on_its_numbers():
    class Broken(nn.Module):
        def forward(self, x, factor):
            return x.nonsense * factor

    with pytest.raises(AttributeError, match="nonsense"):
        Broken()(np.ones(2), 2.0)


@pytest.mark.parametrize("batch_size", [0, -1, 1.5, True])
def test_predict_refuses_a_batch_size_that_is_none(batch_size):
    with pytest.raises(ArgumentError, match="batch_size must be a positive integer or None"):
        nn.Linear(2, 1).predict(np.ones((2, 2), np.float32), batch_size=batch_size)


def test_predict_takes_one_input_and_says_so_without_printing_a_mask():
    with pytest.raises(ArgumentError, match="one input: for several, model") as caught:
        nn.Linear(2, 2).predict(np.ones((3, 2), np.float32), np.zeros((3, 2), bool))
    assert "got a ndarray;" in str(caught.value)


def test_a_dtype_given_as_a_device_is_refused_with_a_hint():
    with pytest.raises(DeviceError, match=r"write to\(dtype='float64'\)"):
        nn.Linear(2, 2).to("float64")


def test_apply_reaches_every_module_the_outermost_last():
    seen = []
    model = nn.Sequential(nn.Sequential(nn.ReLU()), nn.Tanh())
    assert model.apply(seen.append) is model
    assert len(seen) == 4
    assert seen[-1] is model


def test_zero_grad_knows_the_argument_of_pytorch():
    layer = nn.Linear(1, 1)
    layer(np.ones((1, 1), np.float32)).sum().backward()
    layer.zero_grad(set_to_none=True)
    assert layer.weight.grad is None
