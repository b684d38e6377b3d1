"""The dense layer: parts of any size give the same, other cases are left to the generic op."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet import kernels
from xpnet.kernels.numpy import linear
from xpnet.nn import functional as F

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(7, 5, 3), (3, 5, 7), (64, 33, 65)])
def test_products_in_parts_equal_whole_ones(monkeypatch, shape, order):
    n, d, m = shape
    x = np.asarray(RNG.standard_normal((n, d)), order=order)
    w, b, dy = (RNG.standard_normal(s) for s in ((m, d), (m,), (n, m)))
    monkeypatch.setattr(linear, "ALONE", 0)
    monkeypatch.setattr(linear, "SHARED", 0)
    monkeypatch.setattr(linear, "LARGE", n * d * m // 3)
    y, saved = linear.forward(x, w, b)
    np.testing.assert_allclose(y, x @ w.T + b, rtol=1e-12)
    dx, dw, db = linear.backward(dy, saved, (True, True, True))
    np.testing.assert_allclose(dx, dy @ w, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(dw, dy.T @ x, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(db, dy.sum(axis=0), rtol=1e-12, atol=1e-12)


def test_the_gradient_of_a_flattened_image_lies_like_it():
    x = np.asfortranarray(RNG.standard_normal((6, 4)))
    _, saved = linear.forward(x, RNG.standard_normal((3, 4)))
    dx, _ = linear.backward(RNG.standard_normal((6, 3)), saved, (True, True))
    assert dx.strides == x.strides


def test_a_bias_of_another_dtype_gives_what_the_generic_op_gives():
    x, w = (RNG.standard_normal(s).astype("float32") for s in ((4, 5), (3, 5)))
    b = RNG.standard_normal(3)
    with kernels.disabled():
        expected = F.linear(x, w, b)
    actual = F.linear(x, w, b)
    assert actual.dtype == expected.dtype == np.float64
    np.testing.assert_array_equal(actual, expected)
