from __future__ import annotations

import pytest

from xpnet import nn
from xpnet.errors import ArgumentError, ModelFileError
from xpnet.io import registry
from xpnet.io.registry import class_called, name_of, register_module


@pytest.fixture(autouse=True)
def _own_registrations(monkeypatch):
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry._REGISTERED))


class Mine(nn.Module):
    pass


def test_the_layers_of_xpnet_are_known():
    assert class_called("Linear") is nn.Linear
    assert class_called("Sequential") is nn.Sequential


@pytest.mark.parametrize("name", ["Module", "Parameter", "init", "os.system", "Mine", ""])
def test_what_is_no_registered_module_is_unknown(name):
    with pytest.raises(ModelFileError, match=r"register yours.*pass it as model="):
        class_called(name)


def test_a_registered_class_is_known_by_its_name():
    assert register_module(Mine) is Mine
    assert class_called("Mine") is Mine
    assert name_of(Mine) == "Mine"


def test_a_class_saved_before_it_was_registered_is_found():
    full = name_of(Mine)
    assert full.endswith(".Mine")
    register_module(Mine)
    assert class_called(full) is Mine


def test_an_unregistered_class_never_passes_for_a_layer_of_the_same_name():
    class Linear(nn.Module):
        pass

    assert name_of(Linear) != "Linear"
    with pytest.raises(ModelFileError):
        class_called(name_of(Linear))


def test_a_name_that_is_taken_is_refused():
    class Linear(nn.Module):
        pass

    with pytest.raises(ArgumentError, match="rename the class"):
        register_module(Linear)


def test_a_class_defined_again_replaces_the_former():
    def define():
        class Again(nn.Module):
            pass

        return register_module(Again)

    first, second = define(), define()
    assert first is not second
    assert class_called("Again") is second


@pytest.mark.parametrize("wrong", [Mine(), int, "Linear"])
def test_only_module_classes_can_be_registered(wrong):
    with pytest.raises(ArgumentError, match="pass the class"):
        register_module(wrong)
