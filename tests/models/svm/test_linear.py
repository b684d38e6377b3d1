from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet as xn
from xpnet import data
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.errors import ArgumentError, DataError, DTypeError, ShapeError
from xpnet.models import KernelSVM, LinearSVM, svm
from xpnet.testing import assert_close


def sample(n=60, features=3, seed=0, apart=0.8):
    rng = np.random.default_rng(seed)
    y = np.where(np.arange(n) % 2, 1, -1)
    return rng.normal(size=(n, features)) + apart * y[:, None] + 0.3, y


def cost(plane, x, y, C, power=1, rho=0.0):
    w, b = to_numpy(plane.w).astype(np.float64), float(plane.b)
    short = np.maximum(0, 1 - y * (x @ w + b))
    return (w @ w + rho * b * b) / 2 + np.sum(C * short**power)


SHAPES = {"tall": (60, 3), "wide": (20, 50), "square": (30, 30), "thin": (40, 1)}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("rho", [0.0, 1.0, 0.25])
def test_the_hinge_is_at_its_minimum_which_the_dual_proves(backend, shape, C, rho):
    x, y = sample(*SHAPES[shape])
    plane = svm.solve_linear(backend.asarray(x, "float64"), y, C=C, bias_penalty=rho)
    assert plane.converged
    assert device_of(plane.w) == backend.device
    primal = cost(plane, x, y, C, rho=rho)
    # every feasible α bounds the minimum from below: there is no gap
    alpha = to_numpy(plane.alpha)
    assert (alpha >= 0).all()
    assert (alpha <= C * (1 + 1e-9)).all()
    pull = alpha * y
    dual = alpha.sum() - np.sum((pull @ x) ** 2) / 2
    if rho:
        dual -= pull.sum() ** 2 / (2 * rho)
    else:
        assert abs(pull.sum()) < 1e-7 * (1 + alpha.sum())
    assert primal == pytest.approx(dual, rel=1e-6)
    np.testing.assert_allclose(to_numpy(plane.w), pull @ x, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("rho", [0.0, 1.0, 0.25])
def test_the_squared_hinge_is_at_its_minimum_where_the_gradient_is_zero(backend, shape, C, rho):
    x, y = sample(*SHAPES[shape])
    plane = svm.solve_linear(
        backend.asarray(x, "float64"), y, C=C, bias_penalty=rho, loss="squared_hinge"
    )
    assert plane.converged
    w, b = to_numpy(plane.w), float(plane.b)
    pull = 2 * C * np.maximum(0, 1 - y * (x @ w + b)) * y
    scale = 2 * C * len(y)
    np.testing.assert_allclose(w, pull @ x, atol=1e-6 * max(1.0, scale))
    assert rho * b == pytest.approx(pull.sum(), abs=1e-6 * scale)
    np.testing.assert_allclose(to_numpy(plane.alpha) * y, pull, atol=1e-9 * scale)


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
@pytest.mark.parametrize("C", [0.1, 10.0])
def test_both_losses_come_to_what_liblinear_finds(loss, C):
    svc = pytest.importorskip("sklearn.svm").LinearSVC
    x, y = sample(200, 4)
    plane = svm.solve_linear(x, y, C=C, loss=loss, bias_penalty=1.0)
    other = svc(C=C, loss=loss, tol=1e-10, max_iter=10**6).fit(x, y)
    np.testing.assert_allclose(plane.w, other.coef_[0], atol=2e-4)
    assert float(plane.b) == pytest.approx(other.intercept_[0], abs=2e-4)


def test_the_dual_and_the_primal_find_the_same_hyperplane():
    x, y = sample()
    plane = svm.solve_linear(x, y, C=2.0)
    other = KernelSVM("linear", C=2.0, tol=1e-8).fit(x, y)
    np.testing.assert_allclose(x @ plane.w + plane.b, other.scores(x), atol=1e-5)
    np.testing.assert_allclose(plane.w, other.dual_coef.data @ other.support_vectors, atol=1e-5)


def test_the_margin_of_separable_data_is_as_wide_as_it_can_be(backend):
    # the classes face each other across a strip of width 4 between (-1, .) and (3, .)
    x = np.asarray([[-1.0, 5.0], [-1.0, -7.0], [-4.0, 0.0], [3.0, 1.0], [9.0, 9.0]])
    y = np.asarray([-1, -1, -1, 1, 1])
    xb, yb = backend.asarray(x, "float64"), backend.asarray(y)
    model = LinearSVM(2).fit(xb, yb, C=1e4)
    assert model.margin == pytest.approx(4.0, rel=1e-5)
    np.testing.assert_allclose(to_numpy(model.linear.weight), [[0.5, 0.0]], atol=1e-5)
    assert to_numpy(model.support(xb, yb)).tolist() == [0, 1, 3]
    assert device_of(model.support(xb, yb)) == backend.device
    np.testing.assert_array_equal(to_numpy(model.predict(xb)), y)


def test_the_margin_is_at_least_what_was_left_between_the_classes():
    dataset, _ = data.linearly_separable(60, margin=0.4, signed=True)
    model = LinearSVM(2).fit(*dataset.arrays, C=1e5)
    assert model.margin >= 0.8 - 1e-4


def test_without_the_other_samples_the_hyperplane_is_the_same():
    x, y = sample(80, 2)
    model = LinearSVM(2).fit(x, y, C=1.0)
    support = model.support(x, y)
    assert 2 <= len(support) < 60
    again = LinearSVM(2).fit(x[support], y[support], C=1.0)
    np.testing.assert_allclose(again.linear.weight.data, model.linear.weight.data, atol=1e-5)


def test_no_bias_is_an_infinite_penalty():
    x, y = sample()
    for loss in ("hinge", "squared_hinge"):
        plane = svm.solve_linear(x, y, bias_penalty=math.inf, loss=loss)
        power = 2 if loss == "squared_hinge" else 1
        assert float(plane.b) == 0.0
        rng = np.random.default_rng(0)
        for _ in range(20):
            other = plane._replace(w=plane.w + 0.01 * rng.normal(size=3))
            assert cost(other, x, y, 1.0, power) > cost(plane, x, y, 1.0, power)
    assert float(svm.solve_linear(x, y, bias_penalty=math.inf, solver="pegasos").b) == 0.0


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
def test_a_weight_is_as_good_as_copies_of_the_sample(backend, loss):
    x, y = sample()
    weight = np.arange(60) % 3
    copies = np.repeat(np.arange(60), weight)
    one = svm.solve_linear(
        backend.asarray(x, "float64"), y, sample_weight=backend.asarray(weight), loss=loss
    )
    other = svm.solve_linear(x[copies], y[copies], loss=loss)
    np.testing.assert_allclose(to_numpy(one.w), other.w, atol=1e-5)
    assert one.alpha.shape == (60,)
    assert (to_numpy(one.alpha)[weight == 0] == 0).all()


def test_pegasos_comes_near_to_the_minimum(backend):
    x, y = sample(50)
    C = 0.2
    xb = backend.asarray(x, "float64")
    exact = cost(svm.solve_linear(xb, y, C=C), x, y, C)
    coarse = svm.solve_linear(xb, y, C=C, solver="pegasos", epochs=2, batch_size=10)
    fine = svm.solve_linear(xb, y, C=C, solver="pegasos", epochs=60, batch_size=10)
    assert exact < cost(fine, x, y, C) < 1.01 * exact
    assert cost(fine, x, y, C) < cost(coarse, x, y, C)
    assert fine.iterations == 300


def test_pegasos_draws_the_same_samples_everywhere(backend):
    x, y = sample(50)
    here = svm.solve_linear(backend.asarray(x, "float64"), y, solver="pegasos", epochs=3, seed=4)
    there = svm.solve_linear(x, y, solver="pegasos", epochs=3, seed=4)
    np.testing.assert_allclose(to_numpy(here.w), there.w, rtol=1e-9)
    other = svm.solve_linear(x, y, solver="pegasos", epochs=3, seed=5)
    assert abs(other.w - there.w).max() > 1e-6


def test_single_precision_is_solved_in_double_and_answered_in_single(backend):
    x, y = sample(40, 60)
    single = x.astype(np.float32)
    model = LinearSVM(60).fit(backend.asarray(single), backend.asarray(y), C=100.0)
    assert dtype_name(model.linear.weight.dtype) == "float32"
    assert device_of(model.linear.weight) == backend.device
    exact = svm.solve_linear(single.astype(np.float64), y, C=100.0)
    np.testing.assert_allclose(to_numpy(model.linear.weight)[0], exact.w, rtol=1e-5, atol=1e-6)


def test_the_trainer_comes_to_the_same_hyperplane():
    x, y = sample(60, 2)
    C = 0.1
    exact = LinearSVM(2).fit(x, y, C=C, bias_penalty=1.0)
    model = LinearSVM(2).to(dtype="float64")
    decay = 1 / (C * len(y))
    optimizer = xn.optim.SGD(model.parameters(), lr=0.05, weight_decay=decay)
    trainer = xn.Trainer(model, optimizer, loss="hinge")
    trainer.fit((x, y), epochs=400, batch_size=60, progress=False)
    np.testing.assert_allclose(model.scores(x), exact.scores(x), atol=0.05)


def test_many_classes_have_a_hyperplane_each(backend):
    x, y = data.blobs(90, classes=3).arrays
    model = LinearSVM(2, classes=3).fit(backend.asarray(x), backend.asarray(y), C=1.0)
    assert model(backend.asarray(x)).shape == (90, 3)
    assert np.mean(to_numpy(model.predict(backend.asarray(x))) == y) > 0.95
    second = svm.solve_linear(x, np.where(y == 1, 1, -1), C=1.0)
    np.testing.assert_allclose(to_numpy(model.linear.weight)[1], second.w, atol=1e-5)


def test_a_class_without_samples_is_never_the_answer():
    x, y = data.blobs(40, classes=2).arrays
    model = LinearSVM(2, classes=4).fit(x, 2 * y)
    assert set(model.predict(x).tolist()) <= {0, 2}
    assert (model.scores(x)[:, [1, 3]] == -1).all()


def test_a_machine_survives_a_file(tmp_path):
    x, y = sample()
    model = LinearSVM(3).fit(x, y)
    xn.save(model, tmp_path / "svm.safetensors")
    again = xn.load(tmp_path / "svm.safetensors")
    assert_close(again.scores(x), model.scores(x), rtol=0, atol=0)


def test_steps_are_limited_on_request():
    x, y = sample()
    for loss in svm.solve.LOSSES:
        plane = svm.solve_linear(x, y, C=10.0, loss=loss, max_iter=1)
        assert not plane.converged
        assert plane.iterations == 1


X, Y = sample()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"C": 0}, "C must be a number > 0, got 0"),
        ({"loss": "hing"}, "loss must be one of 'hinge', 'squared_hinge', got 'hing'; did you"),
        ({"solver": "sgd"}, "solver must be one of 'exact', 'pegasos', got 'sgd'"),
        ({"bias_penalty": -1.0}, "bias_penalty must be >= 0, got -1.0; 0 leaves the hyperplane"),
        ({"solver": "pegasos", "loss": "squared_hinge"}, "must be 'hinge' for solver='pegasos'"),
        ({"solver": "pegasos", "epochs": 0}, "epochs must be an integer >= 1, got 0"),
        ({"solver": "pegasos", "batch_size": 1.5}, "batch_size must be an integer >= 1, got 1.5"),
        ({"sample_weight": -np.ones(60)}, "sample_weight must be finite and >= 0, got -1.0"),
        ({"sample_weight": (Y > 0) * 1.0}, "y must hold both classes, -1 and 1, got 1 only"),
    ],
)
def test_wrong_options_are_errors_with_a_remedy(options, message):
    with pytest.raises(ArgumentError, match="LinearSVM.fit: .*" + message):
        LinearSVM(3).fit(X, Y, **options)


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        (X.tolist(), Y, DTypeError, "x must be an array, got a list"),
        (X[:, :2], Y, ShapeError, r"x must be \(N, 3\), got \(60, 2\); make the model with Lin"),
        (X * np.inf, Y, DataError, "x must be finite"),
        (X, Y[:3], ShapeError, r"y must be \(60,\), got \(3,\)"),
        (X, (Y + 1) // 2, ArgumentError, "y must hold -1 and 1, got 0, 1"),
        (X, np.ones(60), ArgumentError, "y must hold both classes"),
    ],
)
def test_wrong_data_are_errors_with_a_remedy(x, y, error, message):
    with pytest.raises(error, match=message):
        LinearSVM(3).fit(x, y)


def test_wrong_numbers_of_classes_are_errors():
    with pytest.raises(ArgumentError, match="classes must be an integer >= 2, got 1; two classes"):
        LinearSVM(3, classes=1)
    model = LinearSVM(3, classes=3)
    with pytest.raises(ArgumentError, match=r"y must hold at least two of the classes 0 ... 2"):
        model.fit(X, Y)
    with pytest.raises(ArgumentError, match=r"LinearSVM.margin: there must be two classes, got 3"):
        _ = model.margin
    with pytest.raises(ArgumentError, match=r"LinearSVM.support: there must be two classes, got 3"):
        model.support(X, Y)


def test_a_hyperplane_of_zero_has_an_infinite_margin():
    model = LinearSVM(2)
    model.linear.weight.data = np.zeros((1, 2))
    assert model.margin == math.inf
