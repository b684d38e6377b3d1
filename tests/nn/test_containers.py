from __future__ import annotations

import numpy as np
import pytest

from xpnet import nn
from xpnet.errors import ArgumentError
from xpnet.testing import assert_close


def test_sequential_applies_layers_in_order(backend):
    model = nn.Sequential(nn.LeakyReLU(0.5), nn.ReLU())
    x = backend.asarray([-1.0, 1.0])
    assert_close(model(x), backend.asarray([0.0, 1.0]))


def test_sequential_has_length_items_slices_and_iteration():
    layers = [nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)]
    model = nn.Sequential(*layers)
    assert len(model) == 3
    assert model[1] is layers[1] and model[-1] is layers[2]
    assert isinstance(model[:2], nn.Sequential) and list(model[:2]) == layers[:2]
    model.append(nn.Tanh())
    assert len(model) == 4


def test_an_empty_sequential_changes_nothing():
    assert nn.Sequential()(np.ones(1)).data.tolist() == [1.0]


def test_names_are_the_numbers_of_the_layers():
    model = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Linear(1, 1)))
    assert list(model.state_dict()) == ["1.0.weight", "1.0.bias"]


def test_a_module_list_names_its_parameters_after_the_attribute():
    class Stack(nn.Module):
        def __init__(self):
            self.layers = nn.ModuleList([nn.Linear(1, 1, bias=False) for _ in range(2)])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    assert list(Stack().state_dict()) == ["layers.0.weight", "layers.1.weight"]
    assert Stack()(np.ones((1, 1), dtype=np.float32)).shape == (1, 1)


def test_a_module_dict_behaves_like_a_dict():
    heads = nn.ModuleDict({"a": nn.Linear(1, 1)})
    heads["b"] = nn.ReLU()
    assert "a" in heads and "c" not in heads and len(heads) == 2
    assert list(heads) == ["a", "b"]
    assert [type(module) for _, module in heads.items()] == [nn.Linear, nn.ReLU]
    assert list(heads.state_dict()) == ["a.weight", "a.bias"]


@pytest.mark.parametrize(
    "make",
    [
        lambda layer: nn.Sequential(layer),
        lambda layer: nn.ModuleList([layer]),
        lambda layer: nn.ModuleDict({"a": layer}),
    ],
)
def test_what_is_no_module_is_refused(make):
    with pytest.raises(ArgumentError, match=r"must be an nn\.Module"):
        make(np.tanh)
    with pytest.raises(ArgumentError, match=r"create an instance of it with \(\)"):
        make(nn.ReLU)


def test_layers_are_replaced_inserted_and_added():
    model = nn.Sequential(nn.ReLU(), nn.Tanh())
    model[0] = nn.Sigmoid()
    model.insert(1, nn.Identity())
    model.extend([nn.SiLU(), nn.ELU()])
    assert [type(m).__name__ for m in model] == ["Sigmoid", "Identity", "Tanh", "SiLU", "ELU"]
    with pytest.raises(ArgumentError, match=r"must be an nn\.Module"):
        model[0] = abs


def test_a_slice_is_of_the_same_kind():
    assert type(nn.ModuleList([nn.ReLU(), nn.Tanh()])[:1]) is nn.ModuleList
    assert type(nn.Sequential(nn.ReLU(), nn.Tanh())[1:]) is nn.Sequential
