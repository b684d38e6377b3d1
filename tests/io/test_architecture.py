from __future__ import annotations

import json

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.errors import ModelFileError
from xpnet.io import registry
from xpnet.io.architecture import build, describe
from xpnet.io.registry import register_module


@pytest.fixture(autouse=True)
def _own_registrations(monkeypatch):
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry._REGISTERED))


def through_json(model):
    return build(json.loads(json.dumps(describe(model))))


def outline(model):
    return [(name, type(m).__name__) for name, m in model.named_modules()] + [
        (name, tuple(x.shape)) for name, x in model.state_dict().items()
    ]


class Net(nn.Module):
    """A model with modules in each kind of place."""

    def __init__(self, width, *, options=None, dtype="float32"):
        self.first = nn.Linear(4, width, dtype=dtype)
        self.stages = [nn.Linear(width, width), nn.ReLU()]
        self.heads = {"a": nn.Linear(width, 2), "b": nn.Linear(width, 3)}
        self.tail = nn.Sequential(nn.ReLU())
        self.options = options


class Wrapper(nn.Module):
    def __init__(self, inner, activation=nn.ReLU):
        self.inner = inner
        self.activation = activation()


MODELS = {
    "layer": lambda: nn.Linear(3, 2, bias=False),
    "nested": lambda: nn.Sequential(nn.Sequential(nn.Linear(3, 2)), nn.ReLU()),
    "list": lambda: nn.ModuleList([nn.Linear(3, 2), nn.ReLU()]),
    "dict": lambda: nn.ModuleDict({"x.y": nn.Linear(3, 2)}),
    "own class": lambda: Net(5),
    "module as argument": lambda: Wrapper(nn.Linear(2, 2)),
    "class as argument": lambda: Wrapper(nn.Linear(2, 2), activation=nn.ReLU),
}


@pytest.mark.parametrize("name", MODELS)
def test_what_is_built_has_the_same_modules_and_shapes(name):
    register_module(Net)
    register_module(Wrapper)
    model = MODELS[name]()
    assert outline(through_json(model)) == outline(model)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        0.5,
        float("inf"),
        "text",
        [1, [2]],
        (1, (2.5, "x")),
        {"a": (1, 2), "tuple": 3},
    ],
    ids=repr,
)
def test_an_argument_comes_back_as_it_was(value):
    register_module(Net)
    again = through_json(Net(2, options=value)).options
    assert again == value
    assert type(again) is type(value)


def test_numbers_and_data_types_of_numpy_become_plain():
    register_module(Net)
    again = through_json(Net(np.int64(2), options=np.float32(0.5), dtype=np.float64))
    assert again.options == 0.5
    assert again.first.weight.dtype == np.float64


def test_the_device_is_not_part_of_an_architecture(backend):
    description = describe(nn.Linear(3, 2, device=backend.device))
    assert description == {"class": "Linear", "args": [3, 2], "kwargs": {}}


def test_layers_appended_later_are_described():
    model = nn.Sequential(nn.Linear(3, 2))
    model.append(nn.Linear(2, 7))
    assert outline(through_json(model)) == outline(model)


CHANGES = {
    "another attribute": lambda net: setattr(net, "first", nn.Linear(9, 9)),
    "appended inside": lambda net: net.tail.append(nn.Linear(1, 1)),
    "list entry": lambda net: net.stages.__setitem__(0, nn.Sequential(nn.Linear(1, 2))),
    "list longer": lambda net: net.stages.append(nn.Linear(8, 8)),
    "dict entry": lambda net: net.heads.update(a=nn.ReLU(), c=nn.Linear(6, 6)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_modules_exchanged_after_construction_are_described_as_they_are(change):
    register_module(Net)
    model = nn.Sequential(Net(3))
    CHANGES[change](model[0])
    assert outline(through_json(model)) == outline(model)


class Stack(nn.Sequential):
    def __init__(self, width):
        super().__init__(nn.Linear(width, width))


def test_a_container_class_of_ones_own_may_grow_too():
    register_module(Stack)
    model = Stack(3)
    model.append(nn.Linear(3, 4))
    assert outline(through_json(model)) == outline(model)


def test_a_module_that_occurs_twice_is_one_module_again():
    layer = nn.Linear(2, 2)
    again = through_json(nn.Sequential(layer, nn.ReLU(), layer))
    assert again[0] is again[2]
    assert again[0] is not again[1]


def test_a_change_that_no_description_can_tell_is_an_error():
    model = nn.Sequential(nn.Linear(3, 2))
    model[0].bias = None
    with pytest.raises(ModelFileError, match=r"was changed.*load with model="):
        describe(model)


def test_an_argument_that_cannot_be_written_down_is_an_error():
    with pytest.raises(ModelFileError, match="got function as options of Net"):
        describe(Net(2, options=lambda x: x))
    with pytest.raises(ModelFileError, match="got dict as options of Net"):
        describe(Net(2, options={1: 2}))


def test_describing_and_building_do_not_disturb_the_random_sequence():
    before = xn.backend.random.get_state()
    build(describe(MODELS["nested"]()))
    drawn_by_the_model = 2
    assert xn.backend.random.get_state()["draws"] == before["draws"] + drawn_by_the_model


def test_a_constructor_that_refuses_its_arguments_says_so():
    with pytest.raises(ModelFileError, match=r"constructor of Linear.*out_features"):
        build({"class": "Linear", "args": [3, -2], "kwargs": {}})


def test_an_option_changed_after_construction_is_warned_of():
    model = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5))
    model[1].p = 0.1
    with pytest.warns(UserWarning, match=r"got 1\.p = 0\.1, which was 0\.5 .*Dropout with p=0\.1"):
        describe(model)
