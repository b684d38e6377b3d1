"""Dense layers that follow each other: one op where that is fast, and never another result."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import kernels, nn
from xpnet.errors import AnomalyError, ShapeError
from xpnet.nn.dense_run import end_of_run

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)


def network():
    xn.manual_seed(0)
    return nn.Sequential(
        nn.Flatten(), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 4, bias=False), nn.ReLU()
    )


def ops_of(y):
    """The names of what was recorded, from the result back."""
    names, node = [], y.node
    while node is not None:
        names.append(node.rule.name)
        node = next((x.node for x in node.inputs if x.node is not None), None)
    return names


def gradients(model, x):
    x = xn.Tensor(x, requires_grad=True)
    y = model(x)
    y.backward(np.cos(np.arange(y.data.size)).reshape(y.shape).astype(y.dtype))
    return [y.data, x.grad, *(p.grad for p in model.parameters())]


@pytest.mark.parametrize("shape", [(7, 6), (1, 6), (0, 6), (7, 2, 3)])
def test_one_op_gives_what_the_layers_give(shape):
    x = RNG.standard_normal(shape).astype("float32")
    one, several = network(), network()
    assert ops_of(one(x))[0] == "dense"
    several[1].register_forward_hook(lambda *watched: None)
    several[3].register_forward_hook(lambda *watched: None)
    assert "dense" not in ops_of(several(x))
    for actual, expected in zip(gradients(one, x), gradients(several, x), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)


def test_layers_that_are_watched_or_changed_are_called_one_by_one():
    class Own(nn.Linear):
        pass

    plain, seen = network()._modules, []
    assert end_of_run(plain, 1) == 5
    assert end_of_run(plain, 0) == 0
    assert end_of_run([nn.Linear(2, 2), nn.Linear(2, 2)], 0) == 1
    assert end_of_run([nn.Linear(2, 2), nn.Tanh()], 0) == 1
    assert end_of_run([Own(2, 2), nn.ReLU()], 0) == 0
    remove = plain[2].register_forward_hook(lambda *watched: seen.append(1))
    assert end_of_run(plain, 1) == 2
    remove()
    assert end_of_run(plain, 1) == 5
    plain[3].forward = lambda x: x
    assert end_of_run(plain, 1) == 3


def test_every_layer_can_be_looked_at():
    model = network()
    x = RNG.standard_normal((2, 6)).astype("float32")
    outputs = nn.layer_outputs(model, x)
    assert len(outputs) >= 5
    np.testing.assert_allclose(list(outputs.values())[-1], model.predict(x), rtol=1e-6)


def test_an_anomaly_is_found_in_the_layer_where_it_begins():
    model = network()
    model[3].weight.data[:] = np.inf
    with (
        xn.detect_anomaly(),
        np.errstate(all="ignore"),
        pytest.raises(AnomalyError, match="linear"),
    ):
        model(np.ones((2, 6), "float32") * -1)


def test_a_wrong_number_of_features_is_said_as_by_a_layer():
    with pytest.raises(ShapeError, match=r"linear: x must be \(N, 6\), got \(2, 5\)"):
        network()(np.ones((2, 5), "float32"))
    with pytest.raises(ShapeError, match=r"linear: x must be \(N, 4\), got \(2, 5\)"):
        nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(4, 3))(np.ones((2, 6), "float32"))


def test_second_derivatives_pass_through():
    model = network()
    x = RNG.standard_normal((3, 6)).astype("float32")

    def squared_slope(x):
        return (xn.grad(lambda x: (model(x) ** 2).sum())(x) ** 2).sum()

    with kernels.disabled():
        expected = xn.grad(squared_slope)(x)
    np.testing.assert_allclose(xn.grad(squared_slope)(x), expected, rtol=1e-4, atol=1e-5)
