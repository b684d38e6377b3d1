"""Splitting an axis into several."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.errors import ArgumentError, ShapeError
from xpnet.testing import assert_close


def test_rows_of_pixels_become_images_and_the_gradient_comes_back_as_rows(backend):
    x = backend.asarray(np.arange(24.0).reshape(2, 12), dtype="float32")
    layer = nn.Unflatten(1, (1, 3, 4))
    weights = backend.asarray(np.arange(24.0).reshape(2, 1, 3, 4), dtype="float32")
    assert_close(layer(x), weights)
    gradient = xn.grad(lambda x: xn.namespace(x).sum(layer(x) * weights))(x)
    assert_close(gradient, x)


def test_it_undoes_flatten_also_for_an_axis_counted_from_the_end():
    x = np.ones((2, 3, 4, 5))
    assert nn.Unflatten(-1, (4, 5))(nn.Flatten(2)(x)).shape == x.shape


def test_sizes_that_do_not_fit_are_errors():
    with pytest.raises(ShapeError, match=r"axis 1 of x must have 12 elements .* got \(2, 10\)"):
        nn.Unflatten(1, (3, 4))(np.ones((2, 10)))
    with pytest.raises(ShapeError, match=r"x must have axis 2, got \(2, 12\)"):
        nn.Unflatten(2, (3, 4))(np.ones((2, 12)))
    for size in ((), (3, 0), (3.0, 4)):
        with pytest.raises(ArgumentError, match="must be positive integers"):
            nn.Unflatten(1, size)
