"""Initial weights: their statistics are those of the papers, on every library."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.nn import init

M, D = 300, 200  # fan_out, fan_in

# the standard deviation that each reference asks for, and the bound of the uniform ones
SCHEMES = {
    "default_": (1 / math.sqrt(3 * D), 1 / math.sqrt(D)),
    "xavier_uniform_": (math.sqrt(2 / (D + M)), math.sqrt(6 / (D + M))),
    "xavier_normal_": (math.sqrt(2 / (D + M)), None),
    "he_uniform_": (math.sqrt(2 / D), math.sqrt(6 / D)),
    "he_normal_": (math.sqrt(2 / D), None),
    "lecun_normal_": (math.sqrt(1 / D), None),
}


def parameter(*shape, dtype=np.float32):
    return nn.Parameter(np.zeros(shape, dtype=dtype))


@pytest.mark.parametrize("name", SCHEMES)
def test_mean_and_deviation_are_those_of_the_reference(name):
    deviation, bound = SCHEMES[name]
    w = getattr(init, name)(parameter(M, D)).data
    assert np.mean(w) == pytest.approx(0.0, abs=4 * deviation / math.sqrt(w.size))
    assert np.std(w) == pytest.approx(deviation, rel=0.02)
    if bound is not None:
        assert 0.99 * bound < np.max(np.abs(w)) <= bound * (1 + 1e-6)


@pytest.mark.parametrize("name", [*SCHEMES, "orthogonal_", "normal_", "uniform_"])
def test_the_bits_are_the_same_on_every_library(name, backend):
    xn.manual_seed(5)
    w = nn.Parameter(backend.asarray([[0.0] * 4] * 3))
    assert getattr(init, name)(w) is w
    xn.manual_seed(5)
    expected = getattr(init, name)(parameter(3, 4))
    np.testing.assert_array_equal(to_numpy(w), expected.data)
    assert device_of(w) == backend.device


def test_float32_weights_are_the_rounded_float64_ones():
    xn.manual_seed(1)
    double = init.he_normal_(parameter(4, 3, dtype=np.float64)).data
    xn.manual_seed(1)
    single = init.he_normal_(parameter(4, 3)).data
    assert dtype_name(double.dtype) == "float64"
    np.testing.assert_array_equal(single, double.astype(np.float32))


def test_two_layers_get_different_weights():
    a, b = nn.Linear(3, 3), nn.Linear(3, 3)
    assert not np.array_equal(a.weight.data, b.weight.data)


def test_fans_of_convolution_weights_count_the_window():
    assert init.fans((16, 6, 5, 5)) == (150, 400)
    w = init.he_normal_(parameter(64, 32, 5, 5)).data
    assert np.std(w) == pytest.approx(math.sqrt(2 / (32 * 25)), rel=0.02)


def test_vectors_have_no_fan():
    with pytest.raises(ShapeError, match="needs at least two axes to have a fan-in"):
        init.xavier_normal_(parameter(3))


def test_a_gain_scales_and_a_slope_shrinks():
    xn.manual_seed(0)
    plain = init.xavier_normal_(parameter(5, 5)).data
    xn.manual_seed(0)
    np.testing.assert_allclose(init.xavier_normal_(parameter(5, 5), gain=2.0).data, 2 * plain)
    leaky = init.he_normal_(parameter(M, D), slope=1.0).data
    assert np.std(leaky) == pytest.approx(math.sqrt(1 / D), rel=0.02)


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6), (8, 2, 3, 3)])
def test_orthogonal_rows_or_columns_are_orthonormal(shape):
    w = init.orthogonal_(parameter(*shape, dtype=np.float64), gain=2.0).data.reshape(shape[0], -1)
    short = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    np.testing.assert_allclose(short, 4 * np.eye(len(short)), atol=1e-12)


def test_constants_are_constant():
    assert np.all(init.zeros_(parameter(2, 2)).data == 0.0)
    assert np.all(init.ones_(parameter(2, 2)).data == 1.0)
    assert np.all(init.constant_(parameter(2), 0.5).data == 0.5)


def test_uniform_and_normal_take_their_range():
    w = init.uniform_(parameter(M, D), 2.0, 3.0).data
    assert 2.0 <= w.min() < 2.01 and 2.99 < w.max() <= 3.0
    w = init.normal_(parameter(M, D), std=0.1, mean=1.0).data
    assert np.mean(w) == pytest.approx(1.0, abs=0.01) and np.std(w) == pytest.approx(0.1, rel=0.02)


def test_signals_keep_their_size_through_deep_rectifier_networks():
    """He's argument: with variance 2/fan_in the mean square stays, with 1/fan_in it halves."""
    x = np.random.default_rng(0).standard_normal((100, 100)).astype(np.float32)
    layers = [nn.Linear(100, 100, bias=False) for _ in range(20)]
    for layer in layers:
        init.he_normal_(layer.weight)
    y = x
    for layer in layers:
        y = nn.functional.relu(layer(y).data)
    assert 0.1 < np.mean(y**2) / np.mean(x**2) < 10


def test_pytorchs_names_are_known():
    assert init.kaiming_normal_ is init.he_normal_
    assert init.kaiming_uniform_ is init.he_uniform_


def test_an_unknown_scheme_is_refused_with_a_suggestion():
    with pytest.raises(ArgumentError, match="did you mean 'he_normal'"):
        init.draw("he_norma", (2, 2))
