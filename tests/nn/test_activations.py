from __future__ import annotations

import numpy as np
import pytest

from xpnet import nn
from xpnet.errors import ArgumentError
from xpnet.nn import functional
from xpnet.testing import assert_close

OPTIONS = {
    "leaky_relu": {"negative_slope": 0.3},
    "elu": {"alpha": 0.7},
    "gelu": {"approximate": "tanh"},
    "softplus": {"beta": 2.0, "threshold": 1.0},
    "softmax": {"axis": 0},
    "log_softmax": {"axis": 0},
}


@pytest.mark.parametrize("name", sorted(nn.ACTIVATIONS))
def test_a_layer_gives_what_its_function_gives(name, backend):
    x = backend.asarray(np.linspace(-3, 3, 12).reshape(3, 4))
    options = OPTIONS.get(name, {})
    layer = nn.ACTIVATIONS[name](**options)
    if name == "identity":
        assert layer(x).data is x
    else:
        assert_close(layer(x), getattr(functional, name)(x, **options))
        assert_close(nn.ACTIVATIONS[name]()(x), getattr(functional, name)(x))


@pytest.mark.parametrize("name", sorted(nn.ACTIVATIONS))
def test_a_layer_has_no_parameters_and_shows_its_options(name):
    options = OPTIONS.get(name, {})
    layer = nn.ACTIVATIONS[name](**options)
    assert list(layer.parameters()) == []
    shown = ", ".join(f"{key}={value!r}" for key, value in options.items())
    assert repr(layer) == f"{type(layer).__name__}({shown})"


def test_an_activation_is_found_by_its_name_or_given_as_a_class():
    assert nn.get_activation("relu") is nn.ReLU
    assert nn.get_activation(nn.Tanh) is nn.Tanh
    assert nn.get_activation(lambda: nn.LeakyReLU(0.2))().negative_slope == 0.2


def test_an_unknown_activation_is_refused_with_a_suggestion():
    with pytest.raises(ArgumentError, match="did you mean 'relu'"):
        nn.get_activation("rellu")


def test_a_layer_instead_of_what_makes_one_is_refused():
    with pytest.raises(ArgumentError, match="each layer needs its own"):
        nn.get_activation(nn.ReLU())


def test_a_wrong_option_is_refused_when_the_layer_is_made():
    with pytest.raises(ArgumentError, match="GELU: approximate must be one of"):
        nn.GELU("tan")
