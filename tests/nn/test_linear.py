from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.errors import ArgumentError, DTypeError, ShapeError


def test_initial_weights_are_the_same_bits_on_every_library(backend):
    xn.manual_seed(3)
    layer = nn.Linear(5, 7)
    with xn.device("cpu"):
        xn.manual_seed(3)
        expected = nn.Linear(5, 7)
    np.testing.assert_array_equal(to_numpy(layer.weight), expected.weight.data)
    np.testing.assert_array_equal(to_numpy(layer.bias), expected.bias.data)
    assert device_of(layer.weight) == backend.device == device_of(layer.bias)


def test_the_values_for_a_seed_stay_as_they_were_published():
    xn.manual_seed(0)
    weight = nn.Linear(4, 2).weight.data
    rng = np.random.Generator(np.random.Philox(key=0, counter=[0, 0, 0, 0]))
    np.testing.assert_array_equal(weight, rng.uniform(-0.5, 0.5, (2, 4)).astype(np.float32))


def test_weights_and_biases_are_uniform_within_one_over_the_root_of_the_inputs():
    layer = nn.Linear(400, 300)
    for values in (layer.weight.data, layer.bias.data):
        assert np.max(np.abs(values)) <= 0.05
        assert np.std(values) == pytest.approx(0.05 / np.sqrt(3), rel=0.1)


def test_it_computes_the_affine_map(backend):
    layer = nn.Linear(2, 1)
    layer.weight.data = backend.asarray([[2.0, 3.0]])
    layer.bias.data = backend.asarray([0.5])
    assert to_numpy(layer(backend.asarray([[1.0, 1.0]]))).tolist() == [[5.5]]


def test_it_applies_to_the_last_axis():
    assert nn.Linear(3, 2)(np.ones((4, 5, 3), dtype=np.float32)).shape == (4, 5, 2)


def test_without_bias_there_is_one_parameter():
    layer = nn.Linear(3, 2, bias=False)
    assert layer.bias is None
    assert list(layer.state_dict()) == ["weight"]


def test_device_and_dtype_may_be_chosen(backend):
    with xn.device("cpu"):
        layer = nn.Linear(3, 2, device=backend.device, dtype="float64")
    assert device_of(layer.weight) == backend.device
    assert dtype_name(layer.weight.dtype) == "float64"


def test_images_are_refused_with_the_remedy():
    with pytest.raises(ShapeError, match=r"x must be \(N, 784\), .* put nn.Flatten\(\) before it"):
        nn.Linear(784, 10)(np.ones((2, 1, 28, 28), dtype=np.float32))


def test_another_number_of_features_is_refused(backend):
    with pytest.raises(ShapeError, match=r"x must be \(N, 3\), got \(2, 4\); .* nn.Linear\(4, 1\)"):
        nn.Linear(3, 1)(backend.asarray(np.ones((2, 4), dtype=np.float32)))


def test_another_dtype_is_refused():
    with pytest.raises(DTypeError, match=r"model\.to\(dtype=\.\.\.\)"):
        nn.Linear(3, 1)(np.ones((2, 3)))


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "3"])
def test_sizes_that_make_no_sense_are_refused(size):
    with pytest.raises(ArgumentError, match="Linear: in_features must be a positive integer"):
        nn.Linear(size, 2)


def test_its_operations_are_counted():
    layer = nn.Linear(3, 2)
    x = np.ones((5, 3), dtype=np.float32)
    assert layer.flops((x,), layer(x)) == 5 * 2 * (2 * 3 + 1)
