"""The cross-entropy is convex, the squared error behind a sigmoid is not."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import to_numpy
from xpnet.errors import ShapeError
from xpnet.models import logistic_regression as lr
from xpnet.testing import assert_close

rng = np.random.default_rng(1)
X, Y = rng.standard_normal((6, 2)), np.asarray([0, 1, 1, 0, 1, 0])
W, B = rng.standard_normal(2), np.asarray(-0.2)


def arrays(backend):
    return [*(backend.asarray(a, dtype="float64") for a in (W, B, X)), backend.asarray(Y)]


def by_both(cost):
    """A cost as a function of one array (w, b)."""
    return lambda wb, x, y: cost(wb[:-1], wb[-1], x, y)


def second_derivatives(cost, wb, x, y):
    """The Hessian by the tape: gradients of the components of the gradient."""
    gradient = xn.grad(by_both(cost))
    along = xn.grad(lambda wb, u: xn.namespace(wb).sum(gradient(wb, x, y) * u))
    return np.stack([to_numpy(along(wb, u)) for u in np.eye(len(wb))])


def test_the_cross_entropy_is_the_cost_of_the_three_forms(backend):
    arguments = arrays(backend)
    assert_close(lr.cross_entropy(*arguments), lr.vectorized(*arguments)[0], rtol=1e-14)


def test_the_squared_error_is_that_of_the_probabilities(backend):
    a = 1 / (1 + np.exp(-(X @ W + B)))
    got = lr.squared_error(*arrays(backend))
    assert_close(to_numpy(got), np.asarray(np.mean((a - Y) ** 2) / 2), rtol=1e-12)


@pytest.mark.parametrize("cost", [lr.cross_entropy, lr.squared_error])
def test_both_costs_have_a_gradient_on_every_backend(cost, backend):
    w, b, x, y = arrays(backend)
    got = to_numpy(xn.grad(lambda w: cost(w, b, x, y))(w))
    for i, unit in enumerate(np.eye(2)):
        rise = cost(W + 1e-6 * unit, B, X, Y) - cost(W - 1e-6 * unit, B, X, Y)
        assert got[i] == pytest.approx(rise / 2e-6, abs=1e-8)


def test_the_hessian_is_that_of_the_tape(backend):
    w, b, x, _ = arrays(backend)
    got = to_numpy(lr.hessian(w, b, x))
    expected = second_derivatives(lr.cross_entropy, np.append(W, B), X, Y)
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-13)


def test_second_derivatives_are_exact_where_a_score_is_zero_too():
    # formulas with max(z, 0) or |z| would have a kink there
    x, zero = np.ones((1, 1)), np.zeros(2)
    for y in (0, 1):
        labels = np.asarray([y])
        assert second_derivatives(lr.cross_entropy, zero, x, labels)[0, 0] == pytest.approx(1 / 4)
        assert second_derivatives(lr.squared_error, zero, x, labels)[0, 0] == pytest.approx(1 / 16)


@pytest.mark.parametrize("size", [0.1, 1.0, 10.0])
def test_no_eigenvalue_of_the_hessian_is_negative(size):
    for seed in range(10):
        w = size * np.random.default_rng(seed).standard_normal(2)
        assert np.linalg.eigvalsh(lr.hessian(w, B, X)).min() > -1e-15


def test_the_squared_error_bends_downwards_where_an_answer_is_very_wrong():
    x, y = np.ones((1, 1)), np.asarray([0])
    bend = second_derivatives(lr.squared_error, np.asarray([5.0, 0.0]), x, y)[0, 0]
    a = 1 / (1 + np.exp(-5.0))
    assert bend == pytest.approx(a**2 * (1 - a) * (2 - 3 * a))
    assert bend < 0
    assert second_derivatives(lr.cross_entropy, np.asarray([5.0, 0.0]), x, y)[0, 0] > 0


def test_wrong_arguments_are_refused():
    with pytest.raises(ShapeError, match=r"logistic_regression.hessian: w and b must be \(2,\)"):
        lr.hessian(W[:1], B, X)
    for cost in (lr.cross_entropy, lr.squared_error):
        with pytest.raises(ShapeError, match=rf"{cost.__name__}: y must be \(6,\), got \(2,\)"):
            cost(W, B, X, Y[:2])
