"""Softmax regression: dZ = P - Y, logistic regression as its case of two classes."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import models
from xpnet.backend import device_of, to_numpy
from xpnet.errors import AnomalyError, ArgumentError, DataError, DTypeError, ShapeError
from xpnet.models import logistic_regression, softmax_regression
from xpnet.nn import functional as F
from xpnet.testing import assert_close

rng = np.random.default_rng(3)
X, Y = rng.standard_normal((6, 4)), np.asarray([0, 2, 1, 1, 0, 2])
W, B = rng.standard_normal((3, 4)), rng.standard_normal(3)


def arrays(backend, dtype="float64"):
    return [*(backend.asarray(a, dtype=dtype) for a in (W, B, X)), backend.asarray(Y)]


def test_cost_and_gradient_are_those_of_the_formulas(backend):
    e = np.exp(X @ W.T + B)
    p = e / e.sum(axis=1, keepdims=True)
    dz = (p - np.eye(3)[Y]) / 6
    expected = -np.mean(np.log(p[np.arange(6), Y])), dz.T @ X, dz.sum(axis=0)
    for got, wanted in zip(softmax_regression.vectorized(*arrays(backend)), expected, strict=True):
        assert device_of(got) == backend.device
        assert_close(to_numpy(got), np.asarray(wanted), rtol=1e-12, atol=1e-13)


def test_the_gradient_is_that_of_the_tape(backend):
    w, b, x, y = arrays(backend)
    model = models.SoftmaxRegression(4, 3)
    model.linear.weight.data, model.linear.bias.data = w, b
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    J, dw, db = softmax_regression.vectorized(w, b, x, y)
    assert_close(J, loss.data, rtol=1e-12)
    assert_close(dw, model.linear.weight.grad, rtol=1e-12, atol=1e-13)
    assert_close(db, model.linear.bias.grad, rtol=1e-12, atol=1e-13)


def test_float32_stays_float32(backend):
    got = softmax_regression.vectorized(*arrays(backend, "float32"))
    assert all(a.dtype == backend.xp.float32 for a in got)


def test_logistic_regression_is_the_case_of_two_classes(backend):
    w, b, x, _ = arrays(backend)
    y = backend.asarray(Y % 2)
    two = softmax_regression.vectorized(w[:2, :], b[:2], x, y)
    one = logistic_regression.vectorized(w[1, :] - w[0, :], b[1] - b[0], x, y)
    assert_close(two[0], one[0], rtol=1e-12)
    for class_1, logistic in zip(two[1:], one[1:], strict=True):
        assert_close(class_1[1, ...], logistic, rtol=1e-12, atol=1e-13)
        assert_close(class_1[0, ...], -logistic, rtol=1e-12, atol=1e-13)


def test_descent_of_two_classes_is_that_of_logistic_regression_at_twice_the_rate():
    y = Y % 2
    w, b, costs = softmax_regression.descend(X, y, 2, lr=0.2, steps=50)
    v, c, expected = logistic_regression.descend(X, y, lr=0.4, steps=50)
    assert_close(costs, expected, rtol=1e-10)
    assert_close(w[1] - w[0], v, rtol=1e-10)
    assert_close(b[1] - b[0], c, rtol=1e-10)


def test_scores_of_any_size_give_finite_costs(backend):
    w = backend.asarray([[1000.0], [0.0], [-1000.0]])
    x, y = backend.asarray([[1.0], [1.0]]), backend.asarray([0, 2])
    J, dw, _ = softmax_regression.vectorized(w, backend.asarray([0.0, 0.0, 0.0]), x, y)
    assert float(J) == 1000.0
    assert to_numpy(dw)[:, 0].tolist() == [0.5, 0.0, -0.5]


def test_the_model_fits_by_the_same_steps(backend):
    _, _, x, y = arrays(backend, "float32")
    model = models.SoftmaxRegression(4, 3)
    w, b = model.linear.weight.data, model.linear.bias.data
    expected = softmax_regression.descend(x, y, 3, lr=0.5, steps=10, w=w, b=b)
    costs = model.fit(x, y, lr=0.5, steps=10)
    for got, wanted in zip(
        (model.linear.weight.data, model.linear.bias.data, costs), expected, strict=True
    ):
        assert_close(got, wanted)
    assert costs[-1] < costs[0]


def test_a_fitted_model_survives_a_file(tmp_path):
    model = models.SoftmaxRegression(4, 3)
    model.fit(X.astype("float32"), Y, lr=1.0, steps=50)
    xn.save(model, tmp_path / "model.safetensors")
    again = xn.load(tmp_path / "model.safetensors")
    assert type(again) is models.SoftmaxRegression
    assert_close(again.linear.weight.data, model.linear.weight.data, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": X[0]}, ShapeError, r"x must be \(m, D\), one sample in each row, got \(4,\)"),
        ({"y": Y[:3]}, ShapeError, r"target must be labels of shape \(6,\)"),
        ({"y": Y + 1}, ArgumentError, "labels from 0 to 2, got 3; labels count from 0"),
        ({"y": Y / 2}, DTypeError, "must be integer class labels, got float64"),
        ({"y": np.eye(3)[Y]}, ShapeError, "turn one-hot rows into labels"),
        ({"x": X[:0], "y": Y[:0]}, DataError, "x must have at least one sample, got none"),
        ({"w": W[:, :3]}, ShapeError, r"must be \(K, 4\) and \(K,\) .* got \(3, 3\) and \(3,\)"),
        ({"b": B[:2]}, ShapeError, r"got \(3, 4\) and \(2,\); zeros of these shapes"),
        ({"b": B.astype("float32")}, DTypeError, "must have the dtype of x, float64, got float64"),
    ],
)
def test_wrong_arguments_are_refused(changes, error, message):
    arguments = {"w": W, "b": B, "x": X, "y": Y, **changes}
    with pytest.raises(error, match=f"softmax_regression.vectorized: .*{message}"):
        softmax_regression.vectorized(**arguments)


def test_wrong_options_of_the_descent_are_refused():
    with pytest.raises(ArgumentError, match=r"SoftmaxRegression.fit: lr must be a positive number"):
        models.SoftmaxRegression(4, 3).fit(X.astype("float32"), Y, lr=-1)
    with pytest.raises(ArgumentError, match=r"steps must be an integer >= 0, got 0.5"):
        softmax_regression.descend(X, Y, 3, steps=0.5)
    with pytest.raises(ArgumentError, match=r"classes must be an integer >= 2, got 1; digits"):
        softmax_regression.descend(X, Y, 1)


def test_a_rate_that_leads_to_infinity_is_reported():
    x = np.asarray([[1e30], [2e30]], np.float32)
    with (
        np.errstate(all="ignore"),
        pytest.raises(AnomalyError, match=r"softmax_regression.descend: the cost must stay finite"),
    ):
        softmax_regression.descend(x, np.asarray([0, 1]), 2, lr=1e10, steps=5)
