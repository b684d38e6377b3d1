from __future__ import annotations

import math

import numpy as np
import pytest

from xpnet.backend import to_numpy
from xpnet.errors import ModelFileError
from xpnet.io.tree import flatten, unflatten


def again(tree):
    text, arrays = flatten(tree)
    return unflatten(text, {name: to_numpy(array) for name, array in arrays.items()})


@pytest.mark.parametrize(
    "tree",
    [
        None, True, 3, -(2**80), 2.5, 1e-320, "text", "", [], {}, (), [[]], {"a": {}}, [1, (2,)],
        {"a": 1}, {"a": 1, "b": 2}, {0: "zero", 1: "one"}, {0: "zero"}, {"0": 1, 0: 2},
        {"tuple": [1]}, {"array": "x"}, {"array": ["x", None]}, {"dict": 1}, {"float": "nan"},
        {"array": 1, "axes": 2}, math.inf, -math.inf, {"deep": [{"er": ({1: -0.0},)}]},
    ],
    ids=str,
)  # fmt: skip
def test_numbers_text_and_their_collections_come_back(tree):
    found = again(tree)
    assert found == tree
    assert repr(found) == repr(tree)


def test_not_a_number_comes_back():
    assert math.isnan(again([math.nan])[0])


def test_floats_come_back_to_the_last_bit():
    numbers = np.random.default_rng(0).normal(size=100).tolist()
    assert again(numbers) == numbers


def test_arrays_of_every_backend_come_back_by_name(backend):
    x = backend.asarray([[1.0, 2.0]])
    _, arrays = flatten({"model": {"0.weight": x}, "list": [x, {"k": x}]})
    assert sorted(arrays) == ["list.0", "list.1.k", "model.0.weight"]
    assert all(array is x for array in arrays.values())
    np.testing.assert_array_equal(again({"a": x, "b": 1})["a"], to_numpy(x), strict=True)


def test_places_that_read_alike_are_kept_apart():
    found = again({"a": {"b": np.ones(1)}, "a.b": np.zeros(2), "": np.ones(3)})
    assert [x.shape for x in (found["a"]["b"], found["a.b"], found[""])] == [(1,), (2,), (3,)]


def test_numpys_scalars_are_arrays_of_their_dtype():
    found = again([np.float32(0.1), np.int8(3)])
    assert [x.dtype for x in found] == [np.float32, np.int8]
    assert [x.shape for x in found] == [(), ()]


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_arrays_lie_in_memory_as_they_did(axes):
    x = np.arange(24.0).reshape(2, 3, 4).transpose(axes)
    found = again({"x": x, "y": 0})["x"]
    np.testing.assert_array_equal(found, x)
    assert found.strides == x.strides


def test_parts_of_arrays_come_back():
    x = np.arange(24.0).reshape(4, 6)[::2, ::-1].T
    np.testing.assert_array_equal(again([x])[0], x)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"a": {1, 2}}, "got set in 'a'"),
        ([0, [object()]], r"got object in '1\.0'"),
        ({(1, 2): 3}, "got tuple in 'it'"),
        (len, "got builtin_function_or_method in 'it'"),
    ],
)
def test_anything_else_is_an_error(tree, message):
    with pytest.raises(ModelFileError, match=f"{message}; return something else"):
        flatten(tree)


@pytest.mark.parametrize("text", ["{", '{"set": 1}', '{"array": ["x", null]}', '{"array": 1}'])
def test_other_text_is_an_error(text):
    with pytest.raises((ValueError, KeyError, TypeError)):
        unflatten(text, {})
