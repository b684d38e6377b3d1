"""Gradient descent of logistic regression: the rule, its limits, what it says of wrong input."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import models
from xpnet.backend import device_of, to_numpy
from xpnet.errors import AnomalyError, ArgumentError, DataError, DTypeError, ShapeError
from xpnet.models import logistic_regression as lr
from xpnet.testing import assert_close

rng = np.random.default_rng(2)
X = rng.standard_normal((40, 2))
Y = (X @ np.asarray([1.0, -2.0]) + 2.0 * rng.standard_normal(40) > 0.3).astype(np.int64)


def arrays(backend, dtype="float64"):
    return backend.asarray(X, dtype=dtype), backend.asarray(Y)


def test_a_step_is_minus_the_rate_times_the_gradient(backend):
    x, y = arrays(backend)
    w, b = backend.asarray([0.5, 1.0], dtype="float64"), backend.asarray(np.asarray(0.1))
    J, dw, db = lr.vectorized(w, b, x, y)
    after_w, after_b, costs = lr.descend(x, y, lr=0.3, steps=1, w=w, b=b)
    assert_close(after_w, w - 0.3 * dw, rtol=1e-15)
    assert_close(after_b, b - 0.3 * db, rtol=1e-15)
    assert_close(costs, backend.xp.reshape(J, (1,)), rtol=1e-15)


def test_descent_reaches_the_place_where_the_gradient_is_zero(backend):
    x, y = arrays(backend)
    w, b, costs = lr.descend(x, y, lr=2.0, steps=400 if backend.name == "numpy" else 20)
    assert device_of(w) == device_of(b) == device_of(costs) == backend.device
    assert w.shape == (2,) and b.shape == ()
    fell = to_numpy(costs)
    assert np.all(np.diff(fell) < 1e-12)
    if backend.name == "numpy":
        _, dw, db = lr.vectorized(w, b, x, y)
        assert max(np.abs(dw).max(), abs(db)) < 1e-4


def test_the_three_forms_go_the_same_way():
    ways = [
        lr.descend(X, Y, lr=0.5, steps=5, gradient=form)
        for form in (lr.double_loop, lr.single_loop, lr.vectorized)
    ]
    for other in ways[:2]:
        for a, b in zip(other, ways[2], strict=True):
            assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_below_two_over_the_curvature_costs_fall_and_far_beyond_it_they_do_not():
    w, b, _ = lr.descend(X, Y, lr=2.0, steps=3000)
    curvature = np.linalg.eigvalsh(lr.hessian(w, b, X)).max()
    near = {"w": w + 1e-3, "b": b + 1e-3, "steps": 30}
    *_, calm = lr.descend(X, Y, lr=1.9 / curvature, **near)
    *_, wild = lr.descend(X, Y, lr=2.2 / curvature, **near)
    assert np.all(np.diff(calm) < 1e-15)
    assert wild[-1] > wild[0]


def test_the_model_fits_by_the_same_steps(backend):
    x, y = arrays(backend, "float32")
    model = models.LogisticRegression(2)
    w, b = model.linear.weight.data[0, :], backend.xp.reshape(model.linear.bias.data, ())
    expected = lr.descend(x, y, lr=0.5, steps=10, w=w, b=b)
    costs = model.fit(x, y, lr=0.5, steps=10)
    assert_close(model.linear.weight.data[0, :], expected[0])
    assert_close(model.linear.bias.data, backend.xp.reshape(expected[1], (1,)))
    assert_close(costs, expected[2])
    assert costs[-1] < costs[0]


def test_fitting_again_goes_on_from_where_it_was():
    x, y = X.astype("float32"), Y
    once, twice = models.LogisticRegression(2), models.LogisticRegression(2)
    twice.load_state_dict(once.state_dict())
    once.fit(x, y, steps=20)
    twice.fit(x, y, steps=8)
    twice.fit(x, y, steps=12)
    assert_close(twice.linear.weight.data, once.linear.weight.data, rtol=1e-6)


def test_a_fitted_model_answers_right_and_survives_a_file(tmp_path):
    model = models.LogisticRegression(2)
    model.fit(X.astype("float32"), Y, lr=1.0, steps=300)
    right = np.mean((model.probabilities(X.astype("float32")) > 0.5) == Y)
    assert right > 0.7
    xn.save(model, tmp_path / "model.safetensors")
    again = xn.load(tmp_path / "model.safetensors")
    assert type(again) is models.LogisticRegression
    assert_close(again.linear.weight.data, model.linear.weight.data, rtol=0, atol=0)


def test_no_steps_leave_everything_as_it_was(backend):
    x, y = arrays(backend)
    w, b, costs = lr.descend(x, y, steps=0)
    assert [*to_numpy(w).tolist(), float(b)] == [0.0, 0.0, 0.0]
    assert costs.shape == (0,)


@pytest.mark.parametrize("rate", [0, -0.1, float("nan"), float("inf"), "0.1", True, None])
def test_a_rate_that_is_not_positive_is_refused(rate):
    message = "lr must be a positive number, got .*; 0.1 is a usual value"
    with pytest.raises(ArgumentError, match=f"logistic_regression.descend: {message}"):
        lr.descend(X, Y, lr=rate)
    with pytest.raises(ArgumentError, match=f"LogisticRegression.fit: {message}"):
        models.LogisticRegression(2).fit(X, Y, lr=rate)


@pytest.mark.parametrize("steps", [-1, 2.5, True])
def test_steps_that_cannot_be_counted_are_refused(steps):
    with pytest.raises(ArgumentError, match=r"steps must be an integer >= 0, got .*; 1000 is"):
        lr.descend(X, Y, steps=steps)


def test_wrong_samples_are_refused_before_the_first_step():
    model = models.LogisticRegression(2)
    with pytest.raises(
        DTypeError, match=r"LogisticRegression.fit: w and b must have the dtype of x"
    ):
        model.fit(X, Y)
    with pytest.raises(ShapeError, match=r"LogisticRegression.fit: w and b must be \(3,\)"):
        model.fit(np.zeros((2, 3), np.float32), np.asarray([0, 1]))
    with pytest.raises(ArgumentError, match=r"LogisticRegression.fit: y must be 0 or 1"):
        model.fit(X.astype("float32"), Y + 1)
    with pytest.raises(DataError, match="at least one sample"):
        lr.descend(X[:0], Y[:0])


def test_a_rate_that_leads_to_infinity_is_reported_and_the_model_is_left_as_it_was():
    model = models.LogisticRegression(1)
    before = model.linear.weight.data.copy()
    x, y = np.asarray([[1e30], [1e30]], np.float32), np.asarray([0, 1])
    with (
        np.errstate(all="ignore"),
        pytest.raises(
            AnomalyError, match=r"LogisticRegression.fit: the cost must stay finite.*lr="
        ),
    ):
        model.fit(x, y, lr=1e10, steps=5)
    assert_close(model.linear.weight.data, before, rtol=0, atol=0)
