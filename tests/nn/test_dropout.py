from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import Tensor, nn
from xpnet.backend import dtype_name, random, to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.nn import functional


def test_the_mask_is_the_same_on_every_library(backend):
    x = np.ones((4, 25), dtype=np.float32)
    xn.manual_seed(1)
    y = functional.dropout(backend.asarray(x), 0.4)
    xn.manual_seed(1)
    np.testing.assert_array_equal(to_numpy(y), functional.dropout(x, 0.4))


def test_an_element_is_kept_if_its_word_reaches_the_threshold():
    xn.manual_seed(2)
    y = functional.dropout(np.ones((3, 5)), 0.25)
    xn.manual_seed(2)
    keep = random.bits(15) >= round(0.25 * 2**32)
    np.testing.assert_array_equal(y, keep.reshape(3, 5) / 0.75)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_share_of_zeros_is_p_and_the_mean_stays(p):
    y = functional.dropout(np.ones(100_000), p)
    assert np.mean(y == 0) == pytest.approx(p, abs=0.01)
    assert np.mean(y) == pytest.approx(1.0, abs=0.04)


def test_with_p_zero_nothing_is_dropped_or_drawn(backend):
    before = random.get_state()
    x = backend.asarray([1.0, 2.0])
    assert functional.dropout(x, 0.0) is x
    assert random.get_state() == before


def test_with_p_one_all_is_dropped_and_finite(backend):
    x = Tensor(backend.asarray(np.ones(100)), requires_grad=True)
    y = functional.dropout(x, 1.0)
    y.sum().backward()
    assert not np.any(to_numpy(y)) and not np.any(to_numpy(x.grad))


def test_the_gradient_passes_where_elements_were_kept(backend):
    x = Tensor(backend.asarray([1.0] * 50), requires_grad=True)
    y = functional.dropout(x, 0.5)
    y.sum().backward()
    np.testing.assert_array_equal(to_numpy(x.grad), to_numpy(y))
    assert dtype_name(x.grad.dtype) == "float32"


def test_each_call_draws_anew():
    x = np.ones(100)
    assert not np.array_equal(functional.dropout(x), functional.dropout(x))


def test_an_empty_batch_is_fine(backend):
    assert functional.dropout(backend.asarray(np.ones((0, 3)))).shape == (0, 3)


def test_the_layer_is_active_in_training_only():
    layer = nn.Dropout(0.5)
    x = np.ones(100)
    assert np.any(layer(x).data == 0)
    assert layer.eval()(x).data is x
    assert np.any(layer.train()(x).data == 0)


@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_a_layer_refuses_what_is_no_probability(p):
    with pytest.raises(ArgumentError, match="Dropout: p must be from 0 to 1"):
        nn.Dropout(p)
    with pytest.raises(ArgumentError, match="dropout: p must be from 0 to 1"):
        functional.dropout(np.ones(2), p, training=False)


def test_a_probability_that_is_no_number_is_refused():
    with pytest.raises(ArgumentError, match="p must be a number from 0 to 1, got 'a'"):
        nn.Dropout("a")


# ---- whole channels ------------------------------------------------------------------------------

CHANNELS = pytest.mark.parametrize(
    ("dropout", "layer", "shape"),
    [
        (functional.dropout1d, nn.Dropout1d, (4, 10, 3)),
        (functional.dropout2d, nn.Dropout2d, (4, 10, 3, 2)),
    ],
    ids=["1d", "2d"],
)


@CHANNELS
def test_whole_channels_are_dropped_the_same_on_every_library(dropout, layer, shape, backend):
    x = Tensor(backend.asarray(np.ones(shape, dtype=np.float32)), requires_grad=True)
    xn.manual_seed(5)
    y = layer(0.4)(x)
    xn.manual_seed(5)
    keep = random.bits(40) >= round(0.4 * 2**32)
    assert 0 < np.sum(keep) < 40
    spread = (4, 10) + (1,) * (len(shape) - 2)
    expected = np.broadcast_to(keep.reshape(spread) / np.float32(0.6), shape)
    np.testing.assert_allclose(to_numpy(y), expected, rtol=1e-6)
    y.sum().backward()
    np.testing.assert_array_equal(to_numpy(x.grad), to_numpy(y))
    assert dtype_name(x.grad.dtype) == "float32"


@CHANNELS
def test_channels_are_dropped_in_training_only(dropout, layer, shape):
    x, before = np.ones(shape), random.get_state()
    assert layer(0.5).predict(x) is x
    assert dropout(x, 0.5, training=False) is x
    assert random.get_state() == before


@CHANNELS
def test_channels_need_an_image_and_a_probability(dropout, layer, shape):
    name = dropout.__name__
    with pytest.raises(ShapeError, match=f"{name}: x must be"):
        dropout(np.ones((2, 3)))
    with pytest.raises(ShapeError, match=f"{name}: x must be"):
        layer(0.5)(np.ones((2, 3)))
    with pytest.raises(ArgumentError, match=f"{name}: p must be from 0 to 1"):
        dropout(np.ones(shape), 1.5)
    with pytest.raises(ArgumentError, match=f"{layer.__name__}: p must be from 0 to 1"):
        layer(-0.5)


@pytest.mark.parametrize("layer", [nn.Dropout, nn.Dropout1d, nn.Dropout2d])
def test_a_layer_survives_a_file_with_its_probability(layer, tmp_path):
    xn.save(nn.Sequential(nn.Linear(1, 1), layer(0.25)), tmp_path / "m.safetensors")
    again = xn.load(tmp_path / "m.safetensors")
    assert type(again[1]) is layer and again[1].p == 0.25
