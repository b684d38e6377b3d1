"""Linear support vector machines find scikit-learn's widest margins."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn import svm
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

from xpnet.backend import to_numpy
from xpnet.sklearn import LinearSVC, linear_svc

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
BINARY = Y[50:] == 2
# so large a constant feature has so small a weight that its penalty is none
THEIRS = {"intercept_scaling": 1e3, "tol": 1e-9, "max_iter": 100_000, "dual": False}


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "options",
    [{}, {"C": 0.05}, {"class_weight": "balanced", "C": 0.2}, {"fit_intercept": False}],
    ids=str,
)
def test_the_squared_hinge_has_the_weights_of_scikit_learn(classes, options):
    x, y = (X, Y) if classes == 3 else (X[50:], BINARY)
    ours = LinearSVC(tol=1e-8, max_iter=5000, **options).fit(x, y)
    theirs = svm.LinearSVC(**THEIRS, **options).fit(x, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=2e-3)
    intercept = np.broadcast_to(theirs.intercept_, ours.intercept_.shape)
    np.testing.assert_allclose(ours.intercept_, intercept, atol=2e-3)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))


@pytest.mark.parametrize("weighted", [False, True])
def test_the_hinge_has_the_weights_of_a_machine_with_a_linear_kernel(backend, weighted):
    weight = np.random.default_rng(0).uniform(0.2, 2.0, size=100) if weighted else None
    theirs = svm.SVC(kernel="linear", C=0.5, tol=1e-9).fit(X[50:], BINARY, weight)
    ours = LinearSVC(loss="hinge", C=0.5).fit(backend.asarray(X[50:]), BINARY, weight)
    np.testing.assert_allclose(to_numpy(ours.coef_), theirs.coef_, atol=1e-3)
    np.testing.assert_allclose(to_numpy(ours.intercept_), theirs.intercept_, atol=1e-3)


def test_the_hinge_of_several_classes_is_one_machine_against_the_rest_for_each():
    model = LinearSVC(loss="hinge").fit(X, Y)
    for k in range(3):
        alone = svm.SVC(kernel="linear", tol=1e-9).fit(X, k == Y)
        np.testing.assert_allclose(model.coef_[k], alone.coef_[0], atol=1e-3)
    assert model.decision_function(X).shape == (150, 3)
    assert not hasattr(model, "predict_proba")


def test_sparse_rows_are_taken_with_the_squared_hinge_only():
    thin = sparse.csr_array(X)
    exact = LinearSVC().fit(X, Y)  # by Newton's method, and sparse rows by L-BFGS
    near = LinearSVC(tol=1e-8, max_iter=5000).fit(thin, Y)
    np.testing.assert_allclose(near.coef_, exact.coef_, atol=1e-5)
    with pytest.raises(ValueError, match="X must be dense for loss='hinge', got a sparse matrix"):
        LinearSVC(loss="hinge").fit(thin, Y)
    assert LinearSVC(loss="hinge").fit(X, Y).predict(thin).shape == (150,)
    with pytest.raises(ValueError, match="loss"):
        LinearSVC(loss="log_loss_").fit(X, Y)


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
def test_samples_may_have_several_labels(loss):
    y = np.stack([Y == 0, Y != 1], axis=1).astype(int)
    model = LinearSVC(loss=loss).fit(X, y)
    for k in range(2):
        alone = LinearSVC(loss=loss).fit(X, y[:, k])
        np.testing.assert_allclose(model.coef_[k], alone.coef_[0], atol=1e-6)
    assert model.predict(X).shape == y.shape


def test_large_x_is_left_to_l_bfgs_and_comes_to_the_same(monkeypatch):
    exact = LinearSVC().fit(X, Y)
    monkeypatch.setattr(linear_svc, "EXACT", 0)
    near = LinearSVC(tol=1e-8, max_iter=5000).fit(X, Y)
    np.testing.assert_allclose(near.coef_, exact.coef_, atol=1e-5)
    assert near.n_iter_ != exact.n_iter_


def test_too_few_steps_are_said():
    with pytest.warns(ConvergenceWarning, match="no optimum within 1 iterations; raise max_iter"):
        LinearSVC(max_iter=1).fit(X, Y)
