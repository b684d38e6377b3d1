"""Teaching xpnet a new array library."""

from __future__ import annotations

import array_api_compat.numpy
import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import (
    Library,
    is_array,
    library_of,
    register_library,
    unregister_library,
)
from xpnet.errors import ArgumentError, BackendError


class ToyArray(np.ndarray):
    """An array class of its own, derived from NumPy's as many are."""


ToyArray.__module__ = "toy.arrays"


class Toy(Library):
    name = "toy"
    package = "numpy"
    array_packages = ("toy",)

    def import_namespace(self):
        return array_api_compat.numpy

    def device(self, x):
        return "toy device"

    def from_numpy(self, host, device):
        return host.view(ToyArray)


@pytest.fixture
def toy():
    register_library(Toy())
    yield
    unregister_library("toy")


@pytest.mark.usefixtures("toy")
def test_a_new_library_is_a_few_lines():
    with xn.device("toy"):
        x = xn.asarray([1.0, 2.0])
    assert type(x) is ToyArray
    assert xn.device_of(x).name == "toy"
    assert library_of(x).name == "toy"
    gradient = xn.grad(lambda x: xn.namespace(x).sum(x * x))(x)
    assert type(gradient) is ToyArray
    np.testing.assert_array_equal(gradient, [2.0, 4.0])
    assert "toy" in [info.name for info in xn.devices() if info.available]


@pytest.mark.usefixtures("toy")
def test_a_derived_array_class_belongs_to_its_own_library_not_to_that_of_its_base():
    assert library_of(np.ones(2).view(ToyArray)).name == "toy"
    assert library_of(np.ones(2)).name == "numpy"


def test_a_subclass_without_a_library_of_its_own_belongs_to_that_of_its_base():
    class Mine(np.ndarray):
        pass

    assert library_of(np.ones(2).view(Mine)).name == "numpy"


def test_the_strict_library_under_another_name_is_a_library_of_its_own():
    strict = pytest.importorskip("array_api_strict")

    class Other(Library):
        name = "other"
        package = "array_api_strict"

        def parse_device(self, name):
            return strict.Device("device2")

    register_library(Other())
    try:
        with xn.device("other") as entered:
            assert entered.native == strict.Device("device2")
            assert str(xn.asarray([1.0]).device) == str(strict.Device("device2"))
    finally:
        unregister_library("other")


def test_a_library_that_follows_the_standard_needs_nothing_but_its_name():
    pytest.importorskip("array_api_strict")

    class Plain(Library):
        name = "array_api_strict"

    plain = Plain()
    assert (plain.prefix, plain.package, plain.install) == ("array_api_strict",) * 3
    assert plain.unavailable() is None
    native = plain.parse_device("")
    x = plain.from_numpy(np.asarray([1.0, 2.0]), native)
    assert plain.device(plain.transfer(x, native)) == native
    np.testing.assert_array_equal(plain.to_numpy(x), [1.0, 2.0])
    assert [info.name for info in plain.info()] == ["array_api_strict"]
    assert plain.erf(x) is None
    with pytest.raises(RuntimeError, match="does not exist"):
        plain.parse_device("1")


@pytest.mark.usefixtures("toy")
def test_two_libraries_cannot_share_a_prefix():
    class Clash(Toy):
        name = "clash"
        prefix = "toy"

    with pytest.raises(ArgumentError, match="prefix must be unused, got 'toy', which belongs to"):
        register_library(Clash())


def test_registering_a_name_again_replaces_the_library(toy):
    second = Toy()
    register_library(second)
    assert library_of(np.ones(1).view(ToyArray)) is second


def test_an_object_of_no_library_is_refused_with_the_remedy():
    assert not is_array([1.0])
    with pytest.raises(BackendError, match=r"builtins\.list is not an array of a known library"):
        library_of([1.0])
