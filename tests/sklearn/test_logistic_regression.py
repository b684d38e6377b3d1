"""Logistic regression finds scikit-learn's weights, on every library."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn import linear_model
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

from xpnet.backend import to_numpy
from xpnet.sklearn import LogisticRegression

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
BINARY = Y[50:] == 2
WEIGHTS = np.random.default_rng(0).uniform(0.1, 3.0, size=len(X))
OPTIONS = {
    "plain": {},
    "little penalty": {"C": 100.0},
    "much penalty": {"C": 0.01},
    "no intercept": {"fit_intercept": False},
    "balanced": {"class_weight": "balanced"},
    "weighted classes": {"class_weight": {0: 0.3, 1: 4.0}},
}


def close(ours, theirs, rtol=1e-7):
    np.testing.assert_allclose(to_numpy(ours.coef_), theirs.coef_, rtol, atol=1e-3)
    np.testing.assert_allclose(
        to_numpy(ours.intercept_), np.broadcast_to(theirs.intercept_, ours.intercept_.shape),
        atol=1e-3,
    )  # fmt: skip
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["", "weights"])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("name", OPTIONS)
def test_coefficients_are_those_of_scikit_learn(name, classes, weights):
    x, y = (X, Y) if classes == 3 else (X[50:], BINARY)
    weights = None if weights is None else weights[-len(x) :]
    options = {"tol": 1e-8, "max_iter": 1000, **OPTIONS[name]}
    ours = LogisticRegression(**options).fit(x, y, sample_weight=weights)
    theirs = linear_model.LogisticRegression(**options).fit(x, y, sample_weight=weights)
    close(ours, theirs)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), atol=1e-4)
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), atol=1e-2)
    np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))


def test_every_library_finds_the_same(backend):
    theirs = linear_model.LogisticRegression(tol=1e-8).fit(X, Y)
    ours = LogisticRegression(tol=1e-7, max_iter=500)
    close(ours.fit(backend.asarray(X), backend.asarray(Y)), theirs)


def test_single_precision_is_enough():
    theirs = linear_model.LogisticRegression(tol=1e-8).fit(X, Y)
    close(LogisticRegression(tol=1e-6).fit(X.astype(np.float32), Y), theirs, rtol=1e-3)


def test_no_penalty_is_infinity():
    y = BINARY.copy()
    y[::7] = ~y[::7]  # not separable
    theirs = linear_model.LogisticRegression(C=np.inf, tol=1e-9, max_iter=1000).fit(X[50:], y)
    ours = LogisticRegression(C=float("inf"), tol=1e-8, max_iter=1000).fit(X[50:], y)
    close(ours, theirs)


def test_labels_are_learnt_each_by_itself():
    y = np.stack([Y == 0, Y != 1], axis=1).astype(int)
    model = LogisticRegression(tol=1e-8, max_iter=1000).fit(X, y)
    for k in range(2):
        alone = LogisticRegression(tol=1e-8, max_iter=1000).fit(X, y[:, k])
        np.testing.assert_allclose(model.coef_[k], alone.coef_[0], atol=1e-3)
        np.testing.assert_allclose(
            model.predict_proba(X)[:, k], alone.predict_proba(X)[:, 1], atol=1e-4
        )


def test_a_warm_start_begins_where_the_last_fit_ended():
    model = LogisticRegression(tol=1e-6, warm_start=True, max_iter=1000).fit(X, Y)
    first = model.n_iter_
    assert first > 5
    assert model.fit(X, Y).n_iter_ <= 2


def test_too_few_iterations_are_told():
    with pytest.warns(ConvergenceWarning, match="lbfgs failed to converge after 2 iteration"):
        LogisticRegression(max_iter=2, tol=1e-8).fit(X, Y)


def test_there_is_no_partial_fit_and_there_are_no_weights_before_fit():
    assert not hasattr(LogisticRegression(), "partial_fit")
    with pytest.raises(AttributeError, match="no coef_ before fit"):
        _ = LogisticRegression().coef_
