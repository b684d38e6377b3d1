from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.errors import ArgumentError
from xpnet.testing import assert_close


def small():
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(18, 3))


def test_the_outputs_are_those_of_the_layers_one_after_the_other(backend):
    model = small()
    x = backend.asarray(np.arange(25.0).reshape(1, 1, 5, 5) / 25, dtype="float32")
    seen = nn.layer_outputs(model, x)
    assert list(seen) == ["0", "1", "2", "3"]
    step = x
    for layer, output in zip(model, seen.values(), strict=True):
        step = layer.predict(step)
        assert_close(output, step)


def test_the_model_stays_as_it_is():
    model = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.9))
    calls = []
    model[0].register_forward_hook(lambda *_: calls.append(1))
    x = np.ones((2, 4), dtype=np.float32)
    seen = nn.layer_outputs(model, x)
    assert model.training
    assert np.array_equal(seen["1"], seen["0"])  # as in evaluation: nothing is dropped
    before = dict(seen)
    model.predict(2 * x)
    assert calls == [1, 1]
    assert all(seen[name] is before[name] for name in seen)


def test_hooks_are_removed_also_after_an_error():
    model = small()
    with pytest.raises(xn.errors.ShapeError):
        nn.layer_outputs(model, np.ones((1, 7, 5, 5), dtype=np.float32))
    assert all(module._hooks == () for module in model.modules())


def test_containers_can_be_asked_for_by_name():
    model = xn.models.LeNet5()
    x = np.zeros((1, 1, 28, 28), dtype=np.float32)
    assert nn.layer_outputs(model, x, ["features"])["features"].shape == (1, 16, 5, 5)
    assert list(nn.layer_outputs(model, x, "features.3")) == ["features.3"]


def test_a_layer_that_runs_again_is_numbered():
    class Twice(nn.Module):
        def __init__(self):
            self.inner = nn.Linear(2, 2)

        def forward(self, x):
            return self.inner(self.inner(x))

    model, x = Twice(), np.ones((1, 2), dtype=np.float32)
    seen = nn.layer_outputs(model, x)
    assert list(seen) == ["inner", "inner#2"]
    assert_close(seen["inner#2"], model.predict(x))


def test_outputs_in_a_tuple_are_bare_arrays():
    class Both(nn.Module):
        def forward(self, x):
            return x, (2 * x, 3)

    class Outer(nn.Module):
        def __init__(self):
            self.both = Both()

        def forward(self, x):
            return self.both(x)[0]

    x = np.ones(2, dtype=np.float32)
    y, (doubled, number) = nn.layer_outputs(Outer(), x)["both"]
    assert type(y) is type(doubled) is np.ndarray
    assert number == 3


def test_a_single_layer_goes_by_the_name_of_its_class():
    assert list(nn.layer_outputs(nn.ReLU(), np.zeros((1, 2)))) == ["ReLU"]


def test_what_is_no_model_or_no_layer_is_refused():
    with pytest.raises(ArgumentError, match=r"model must be an nn.Module, got ndarray"):
        nn.layer_outputs(np.zeros(2), small())
    with pytest.raises(ArgumentError, match=r"layer must be one of .*got '9'"):
        nn.layer_outputs(small(), np.zeros((1, 1, 5, 5)), ["9"])
