"""Values far from zero, identities, and wrong arguments."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xpnet import Tensor, grad, ops
from xpnet.backend import to_numpy
from xpnet.errors import ArgumentError, ShapeError
from xpnet.testing import assert_close


def test_small_probabilities_of_the_sigmoid_keep_their_digits(backend):
    y = ops.sigmoid(backend.asarray([-80.0, -20.0]))
    np.testing.assert_allclose(to_numpy(y), np.exp([-80.0, -20.0]), rtol=1e-5)


def test_sigmoid_is_a_scaled_tanh():
    x = np.linspace(-5, 5, 11)
    assert_close(2 * ops.sigmoid(2 * x) - 1, ops.tanh(x))


def test_derivatives_of_the_sigmoid_at_zero_are_right_to_third_order():
    def third(x):
        return grad(grad(lambda u: ops.sigmoid(u)))(x)

    x = np.asarray(0.0)
    assert grad(ops.sigmoid)(x) == 0.25
    assert third(x) == 0.0
    assert grad(third)(x) == pytest.approx(-0.125)


def test_softmax_does_not_change_when_all_scores_are_shifted():
    x = np.asarray([[0.0, 1.0, -2.0]])
    assert_close(ops.softmax(x + 1000.0), ops.softmax(x))


def test_softmax_sums_to_one_along_its_axis(backend):
    x = backend.asarray(np.arange(24.0).reshape(2, 3, 4))
    for axis in (0, 1, 2, -2):
        y = to_numpy(ops.softmax(x, axis=axis))
        np.testing.assert_allclose(y.sum(axis=axis), 1.0, rtol=1e-5)


def test_a_score_of_minus_infinity_is_a_probability_of_zero():
    y = ops.softmax(np.asarray([0.0, -math.inf]))
    assert y.tolist() == [1.0, 0.0]


def test_log_softmax_is_finite_where_the_probability_rounds_to_zero():
    assert ops.log_softmax(np.float32([0.0, 200.0])).tolist() == [-200.0, 0.0]


@pytest.mark.parametrize("op", [ops.softmax, ops.log_softmax])
def test_an_axis_that_is_not_there_is_refused(op):
    with pytest.raises(ShapeError, match=r"axis must be an axis of x, got 2 with x of shape"):
        op(np.ones((2, 3)), axis=2)


def test_the_gradient_of_the_rectifier_at_zero_is_zero():
    x = Tensor([0.0, -0.0], requires_grad=True)
    ops.relu(x).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_thresholds_decide_at_zero_as_documented(backend):
    x = backend.asarray([-0.5, 0.0, 0.5])
    assert to_numpy(ops.sign(x)).tolist() == [-1.0, 0.0, 1.0]
    assert to_numpy(ops.step(x)).tolist() == [0.0, 0.0, 1.0]


def test_wrong_options_are_refused():
    x = np.ones(2)
    with pytest.raises(ArgumentError, match="gelu: approximate must be one of 'none', 'tanh'"):
        ops.gelu(x, approximate="tan")
    with pytest.raises(ArgumentError, match="softplus: beta must be > 0, got 0"):
        ops.softplus(x, beta=0)
