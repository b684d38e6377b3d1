"""Positions: waves and learnt vectors."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import Tensor, nn
from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError, DTypeError, ShapeError
from xpnet.testing import assert_close


@pytest.mark.parametrize("features", [6, 5, 1])
def test_waves_are_sines_and_cosines_of_growing_length(features, backend):
    x = backend.asarray(np.zeros((2, 7, features)))
    y = to_numpy(nn.SinusoidalPositions(features)(x))
    for t in range(7):
        for i in range(features):
            angle = t / 10000 ** (2 * (i // 2) / features)
            expected = np.cos(angle) if i % 2 else np.sin(angle)
            np.testing.assert_allclose(y[:, t, i], expected, rtol=1e-12, atol=1e-15)


def test_a_shift_rotates_each_pair_of_waves():
    table = nn.SinusoidalPositions(8).predict(np.zeros((40, 8)))
    first, later = table[:-5].reshape(35, 4, 2), table[5:].reshape(35, 4, 2)
    products = np.sum(first * later, axis=-1)  # cos(5 rate), whatever the position
    np.testing.assert_allclose(products, np.broadcast_to(products[0], (35, 4)), rtol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_positions_keep_dtype_and_device(dtype, backend):
    x = backend.asarray(np.ones((2, 3, 4), dtype))
    for layer in (nn.SinusoidalPositions(4), nn.LearntPositions(5, 4, dtype=dtype)):
        y = layer(x)
        assert y.data.dtype == x.dtype
        assert device_of(y) == backend.device


def test_learnt_vectors_are_added_and_gather_the_errors_of_the_batch(backend):
    layer = nn.LearntPositions(5, 4, dtype="float64")
    x = Tensor(backend.asarray(np.ones((2, 3, 4))), requires_grad=True)
    y = layer(x)
    assert_close(to_numpy(y), np.ones((2, 3, 4)) + to_numpy(layer.weight)[:3])
    dy = np.cos(np.arange(24.0)).reshape(2, 3, 4)
    y.backward(backend.asarray(dy))
    expected = np.concatenate([dy.sum(axis=0), np.zeros((2, 4))])
    assert_close(to_numpy(layer.weight.grad), expected)
    assert_close(to_numpy(x.grad), dy)


def test_sequences_that_do_not_fit_are_refused():
    layer = nn.LearntPositions(5, 4)
    with pytest.raises(ShapeError, match="at most 5 positions, got 6"):
        layer(np.zeros((1, 6, 4), np.float32))
    for each in (layer, nn.SinusoidalPositions(4)):
        with pytest.raises(ShapeError, match=r"x must be \(..., T, 4\), got \(2, 3\)"):
            each(np.zeros((2, 3), np.float32))
        with pytest.raises(ShapeError, match=r"got \(4,\)"):
            each(np.zeros(4, np.float32))
        with pytest.raises(DTypeError, match="x must be floating-point numbers, got int64"):
            each(np.zeros((1, 3, 4), np.int64))
    with pytest.raises(ArgumentError, match="max_length must be a positive"):
        nn.LearntPositions(0, 4)
    with pytest.raises(ArgumentError, match="features must be a positive"):
        nn.SinusoidalPositions(0)
