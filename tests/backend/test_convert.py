"""Values on their way between Python, NumPy, libraries and devices."""

from __future__ import annotations

import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import dtype_name
from xpnet.errors import ArgumentError, AutogradError
from xpnet.testing import assert_close, backends


@pytest.mark.parametrize(
    ("values", "name"),
    [([1.5, 2.0], "float32"), ([1, 2], "int64"), ([True], "bool"), (0.5, "float32"), (3, "int64")],
)
def test_python_numbers_get_the_default_types(backend, values, name):
    x = xn.asarray(values)
    assert xn.device_of(x) == backend.device
    assert dtype_name(x.dtype) == name
    np.testing.assert_array_equal(xn.to_numpy(x), values)


def test_a_float64_array_stays_float64(backend):
    assert dtype_name(xn.asarray(np.ones(2)).dtype) == "float64"


def test_numbers_asked_for_in_float64_keep_all_their_digits(backend):
    assert float(xn.to_numpy(xn.asarray([0.1], dtype="float64"))[0]) == 0.1


def test_a_dtype_can_be_a_name_or_an_object_of_the_library(backend):
    assert dtype_name(xn.asarray([1, 2], dtype="float32").dtype) == "float32"
    assert dtype_name(xn.asarray([1, 2], dtype=backend.xp.float64).dtype) == "float64"


@pytest.mark.parametrize("source", backends(), ids=str)
def test_arrays_of_every_library_arrive_on_every_other(backend, source):
    values = np.arange(6.0).reshape(2, 3)
    x = xn.asarray(source.asarray(values))
    assert xn.device_of(x) == backend.device
    assert_close(x, values)


def test_an_array_that_is_already_there_is_not_copied(backend):
    x = backend.asarray([1.0])
    assert xn.asarray(x) is x
    assert xn.to_device(x, backend.device_name) is x


@pytest.mark.parametrize("view", [lambda a: a.T, lambda a: a[::-1], lambda a: a[:, ::2]])
def test_views_of_any_layout_arrive_with_their_values(backend, view):
    host = view(np.arange(12.0).reshape(3, 4))
    assert_close(xn.asarray(host), host)
    assert_close(xn.to_numpy(xn.asarray(host)), host)


def test_an_array_that_was_moved_does_not_follow_later_writes_to_a_readonly_source(backend):
    host = np.arange(3.0)
    host.flags.writeable = False
    x = xn.asarray(host)
    host.flags.writeable = True
    if xn.device_of(x).name != "cpu":
        host[0] = 7.0
        assert xn.to_numpy(x)[0] == 0.0


def test_ragged_rows_are_refused_with_the_remedy():
    with pytest.raises(ArgumentError, match="obj must be numbers in a regular shape, got list"):
        xn.asarray([[1.0], [1.0, 2.0]])
    with pytest.raises(ArgumentError, match="obj must be numbers in a regular shape, got object"):
        xn.asarray(object())


class Pair(NamedTuple):
    x: object
    y: object


def test_containers_are_moved_with_their_structure(backend):
    tree = {"a": [np.ones(1), (np.zeros(2), "text")], "b": Pair(np.ones(3), None)}
    moved = xn.to_device(tree, backend.device_name)
    assert isinstance(moved["b"], Pair)
    assert isinstance(moved["a"][1], tuple)
    assert moved["a"][1][1] == "text"
    assert moved["b"].y is None
    for x in (moved["a"][0], moved["a"][1][0], moved["b"].x):
        assert xn.device_of(x) == backend.device


def test_a_moved_tensor_is_a_leaf_on_the_new_device(backend):
    x = xn.Tensor(np.ones(2), requires_grad=True)
    moved = xn.to_device(x, backend.device_name)
    assert isinstance(moved, xn.Tensor)
    assert moved.requires_grad
    assert xn.device_of(moved) == backend.device
    assert xn.to_device(moved, backend.device_name) is moved


def test_an_object_with_a_method_to_is_asked_to_move_itself():
    class Module:
        def to(self, device):
            return device.name

    assert xn.to_device(Module(), "cpu") == "cpu"


def test_to_numpy_takes_arrays_tensors_and_numbers(backend):
    x = backend.asarray([1.0, 2.0])
    for form in (x, xn.Tensor(x, requires_grad=True), [1.0, 2.0]):
        host = xn.to_numpy(form)
        assert type(host) is np.ndarray
        np.testing.assert_array_equal(host, [1.0, 2.0])


def test_an_integer_mask_and_a_bool_mask_survive_the_round_trip(backend):
    for values in (np.asarray([True, False]), np.asarray([3, -1], dtype=np.int32)):
        assert_close(xn.to_numpy(xn.asarray(values)), values)


def test_jax_without_64_bit_types_computes_in_32_bits_and_a_device_name_switches_them_on():
    pytest.importorskip("jax")
    code = """
import jax.numpy as jnp
import numpy as np
import xpnet as xn
from xpnet.backend import dtype_name, extra

x = jnp.asarray([1.0, 2.0])
gradient = xn.grad(lambda x: xn.namespace(x).sum(x * x * 0.5 + x[jnp.asarray([0, 0])]))(x)
assert dtype_name(gradient.dtype) == "float32", gradient.dtype
assert gradient.tolist() == [3.0, 2.0], gradient
assert extra.scatter_add(x, jnp.asarray([1, 1]), 2).tolist() == [0.0, 3.0]
with xn.device("jax:cpu"):
    assert dtype_name(xn.asarray(np.ones(2)).dtype) == "float64"
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_gradient_is_not_lost_on_the_way_into_a_bare_array(backend):
    w = xn.Tensor(backend.asarray([1.0, 2.0]), requires_grad=True)
    with pytest.raises(AutogradError, match=r"asarray: obj must not require a gradient.*\.data"):
        xn.asarray(w)
    assert xn.asarray(w.detach()) is w.data


@pytest.mark.parametrize("obj", ["a", ["a", "b"], [None], object()])
def test_what_is_no_number_is_refused(obj):
    for make in (xn.asarray, xn.Tensor):
        with pytest.raises(ArgumentError, match="asarray: obj must be numbers in a regular shape"):
            make(obj)


def test_tensors_of_pytorch_leave_its_graph():
    torch = pytest.importorskip("torch")
    x = torch.ones(3, requires_grad=True) * 2
    for moved in (xn.to_device(x, "torch:cpu"), xn.asarray(x, device="torch:cpu")):
        assert not moved.requires_grad
        assert moved.data_ptr() == x.data_ptr()
    assert x.requires_grad
    np.testing.assert_array_equal(xn.to_device(x, "cpu"), [2, 2, 2])


def test_a_training_on_tensors_that_pytorch_records_leaves_no_graph_in_the_model():
    torch = pytest.importorskip("torch")
    x, y = torch.randn(8, 3, requires_grad=True), torch.tensor([0, 1] * 4)
    with xn.device("torch:cpu"):
        model = xn.models.SoftmaxRegression(3, 2)
        xn.Trainer(model, "sgd").fit((x, y), epochs=2, progress=False)
    assert not any(p.data.requires_grad for p in model.parameters())
