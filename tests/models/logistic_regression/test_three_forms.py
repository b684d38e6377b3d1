"""Two loops, one loop and none give the same cost and gradient, those of the tape."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import models
from xpnet.backend import device_of, is_array, to_numpy
from xpnet.errors import ArgumentError, DataError, DTypeError, ShapeError
from xpnet.models import logistic_regression as lr
from xpnet.nn import functional as F
from xpnet.testing import assert_close

FORMS = {"double": lr.double_loop, "single": lr.single_loop, "vectorized": lr.vectorized}
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))

rng = np.random.default_rng(0)
X = rng.standard_normal((5, 3))
Y = np.asarray([0, 1, 1, 0, 1])
W, B = rng.standard_normal(3), np.asarray(0.3)


def arrays(backend, dtype="float64"):
    return [*(backend.asarray(a, dtype=dtype) for a in (W, B, X)), backend.asarray(Y)]


def the_formulas_of_the_lecture(w, b, x, y):
    a = 1 / (1 + np.exp(-(x @ w + b)))
    cost = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
    return cost, x.T @ (a - y) / len(y), np.mean(a - y)


@every_form
def test_each_form_gives_cost_and_gradient_of_the_lecture(form, backend):
    for got, expected in zip(
        form(*arrays(backend)), the_formulas_of_the_lecture(W, B, X, Y), strict=True
    ):
        assert is_array(got)
        assert device_of(got) == backend.device
        assert got.dtype == backend.xp.float64
        assert_close(to_numpy(got), np.asarray(expected), rtol=1e-12, atol=1e-12)


@every_form
def test_each_form_gives_the_gradient_of_the_tape(form, backend):
    w, b, x, y = arrays(backend)
    model = models.LogisticRegression(3)
    model.linear.weight.data = backend.xp.reshape(w, (1, 3))
    model.linear.bias.data = backend.xp.reshape(b, (1,))
    target = backend.xp.astype(y, x.dtype)
    loss = F.binary_cross_entropy_with_logits(model(x), target)
    loss.backward()
    J, dw, db = form(w, b, x, y)
    assert_close(J, loss.data, rtol=1e-12)
    assert_close(dw, model.linear.weight.grad[0, :], rtol=1e-12, atol=1e-14)
    assert_close(db, backend.xp.reshape(model.linear.bias.grad, ()), rtol=1e-12, atol=1e-14)


@every_form
def test_each_form_keeps_float32(form, backend):
    assert all(a.dtype == backend.xp.float32 for a in form(*arrays(backend, "float32")))


@every_form
@pytest.mark.parametrize("labels", ["bool", "uint8", "float64"])
def test_labels_may_be_of_any_dtype(form, labels):
    for got, expected in zip(
        form(W, B, X, Y.astype(labels)), lr.vectorized(W, B, X, Y), strict=True
    ):
        assert_close(got, expected, rtol=1e-12)


@every_form
def test_an_answer_that_is_sure_and_wrong_costs_its_score_and_not_infinity(form, backend):
    x, y = backend.asarray([[1000.0], [-1000.0]]), backend.asarray([0, 1])
    J, dw, _ = form(backend.asarray([1.0]), backend.asarray(np.float32(0)), x, y)
    assert float(J) == 1000.0
    assert to_numpy(dw).tolist() == [1000.0]


@every_form
def test_the_bias_alone_can_be_fitted(form):
    J, dw, db = form(np.zeros(0), np.zeros(()), np.zeros((4, 0)), np.asarray([0, 0, 0, 1]))
    assert dw.shape == (0,)
    assert float(db) == 0.25
    assert float(J) == pytest.approx(np.log(2))


@every_form
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": X[0]}, ShapeError, r"x must be \(m, D\), one sample in each row, got \(3,\)"),
        ({"x": Y[:, None]}, DTypeError, r"x must be of floating point, got int64; convert"),
        ({"y": Y[:3]}, ShapeError, r"y must be \(5,\), got \(3,\); there is one label for each"),
        ({"y": Y[:, None]}, ShapeError, r"y must be \(5,\), got \(5, 1\); make one row of labels"),
        (
            {"y": 2 * Y - 1},
            ArgumentError,
            r"got values from -1 to 1; turn labels .* \(y \+ 1\) / 2",
        ),
        ({"y": Y * 3}, ArgumentError, r"y must be 0 or 1, got values from 0 to 3; compare them"),
        ({"y": Y / 2}, ArgumentError, "y must be 0 or 1, got values from 0 to 0.5"),
        ({"x": X[:0], "y": Y[:0]}, DataError, "x must have at least one sample, got none; check"),
        ({"w": W[:2]}, ShapeError, r"must be \(3,\) and \(\) for x of shape \(5, 3\), got \(2,\)"),
        ({"b": np.zeros(1)}, ShapeError, r"got \(3,\) and \(1,\); zeros of these shapes"),
        ({"w": W.astype("float32")}, DTypeError, "must have the dtype of x, float64, got float32"),
    ],
)
def test_wrong_arguments_are_refused(form, changes, error, message):
    arguments = {"w": W, "b": B, "x": X, "y": Y, **changes}
    with pytest.raises(error, match=f"logistic_regression.{form.__name__}: .*{message}"):
        form(**arguments)


def test_arrays_of_two_libraries_are_refused():
    strict = xn.asarray(Y, device="strict")
    with pytest.raises(xn.errors.DeviceError, match="must share one library and device"):
        lr.vectorized(W, B, X, strict)
