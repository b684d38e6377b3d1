from __future__ import annotations

import inspect

import numpy as np
import pytest

from xpnet import nn, ops
from xpnet.backend import dtype_name, to_numpy
from xpnet.errors import ArgumentError, DTypeError
from xpnet.nn import functional

# Ops that are modes of one function, as in PyTorch.
MODES = {"upsample_nearest": "interpolate", "upsample_linear": "interpolate"}
FUNCTIONS = {MODES.get(name, name) for name in ops.OPS}


def test_every_op_has_a_documented_function():
    for name in FUNCTIONS:
        function = getattr(functional, name)
        assert "Examples" in inspect.getdoc(function)


def test_linear_takes_the_parameters_as_arguments(backend):
    x, w = backend.asarray([[1.0, 2.0]]), backend.asarray([[3.0, 4.0]])
    assert to_numpy(functional.linear(x, w)).tolist() == [[11.0]]
    assert to_numpy(functional.linear(x, w, backend.asarray([0.5]))).tolist() == [[11.5]]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64"])
def test_one_hot_takes_labels_of_any_shape_and_kind(dtype, backend):
    labels = backend.asarray(np.asarray([[0, 2], [1, 0]], dtype=dtype))
    rows = functional.one_hot(labels, 3)
    np.testing.assert_array_equal(to_numpy(rows), np.eye(3)[[[0, 2], [1, 0]]])
    assert dtype_name(rows.dtype) == "float32"
    assert dtype_name(functional.one_hot(labels, 3, dtype="int32").dtype) == "int32"


def test_one_hot_has_more_classes_than_small_integers_can_count():
    assert functional.one_hot(np.asarray([200], dtype=np.uint8), 1000).argmax() == 200


def test_one_hot_refuses_floats_and_no_classes():
    with pytest.raises(DTypeError, match="one_hot: labels must be integers, got float64"):
        functional.one_hot(np.ones(2), 3)
    with pytest.raises(ArgumentError, match="num_classes must be >= 1, got 0"):
        functional.one_hot(np.ones(2, dtype=int), 0)


def test_the_module_lists_what_it_has():
    assert set(functional.__all__) >= FUNCTIONS
    assert nn.functional is functional
