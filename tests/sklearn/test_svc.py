"""SVC decides as scikit-learn's does, on every library; its attributes mean the same."""

from __future__ import annotations

import os

os.environ.setdefault("SCIPY_ARRAY_API", "1")  # scikit-learn's array API checks want it

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn import svm
from sklearn.base import clone
from sklearn.datasets import load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from xpnet.backend import asarray, device_of, to_numpy
from xpnet.sklearn import SVC

IRIS = load_iris(return_X_y=True)
WINE = load_wine(return_X_y=True)
SETS = {
    "three": (StandardScaler().fit_transform(WINE[0])[::2], WINE[1][::2]),
    "two": (IRIS[0][50:], np.asarray(["no", "yes"])[IRIS[1][50:] - 1]),
}
KERNELS = {
    "linear": {"kernel": "linear"},
    "rbf": {},
    "rbf C": {"C": 30.0, "gamma": 0.2},
    "poly": {"kernel": "poly", "coef0": 1.0, "degree": 2, "gamma": "auto"},
    "sigmoid": {"kernel": "sigmoid", "gamma": 0.05},
    "balanced": {"class_weight": "balanced", "C": 0.3},
}


# two solutions can be compared as closely as the check of weights does when both are exact
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(
    [SVC(), SVC(kernel="linear", break_ties=True), SVC(kernel="precomputed", tol=1e-8)]
)
def test_scikit_learn_finds_nothing_wrong(estimator, check):
    check(estimator)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("name", SETS)
def test_decisions_are_those_of_scikit_learn(backend, name, kernel):
    X, y = SETS[name]
    options = {"tol": 1e-6, **KERNELS[kernel]}
    theirs = svm.SVC(**options).fit(X, y)
    ours = SVC(**options).fit(backend.asarray(X, "float64"), y)
    x = backend.asarray(X, "float64")
    decisions = ours.decision_function(x)
    assert device_of(decisions) == backend.device
    np.testing.assert_allclose(to_numpy(decisions), theirs.decision_function(X), atol=1e-3)
    said = ours.predict(x)
    said = said if y.dtype.kind == "U" else to_numpy(said)
    np.testing.assert_array_equal(said, theirs.predict(X))
    assert ours.score(x, y) == theirs.score(X, y)


def test_attributes_are_those_of_scikit_learn():
    for X, y in SETS.values():
        theirs = svm.SVC(kernel="rbf", tol=1e-8).fit(X, y)
        ours = SVC(kernel="rbf", tol=1e-8).fit(X, y)
        np.testing.assert_array_equal(ours.support_, theirs.support_)
        np.testing.assert_array_equal(ours.n_support_, theirs.n_support_)
        np.testing.assert_array_equal(ours.support_vectors_, theirs.support_vectors_)
        np.testing.assert_allclose(ours.dual_coef_, theirs.dual_coef_, atol=1e-4)
        np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-4)
        assert ours.n_iter_.shape == theirs.n_iter_.shape
        assert ours.fit_status_ == theirs.fit_status_ == 0
        assert ours.shape_fit_ == theirs.shape_fit_


def test_a_linear_kernel_has_weights_and_the_others_have_none():
    for X, y in SETS.values():
        theirs = svm.SVC(kernel="linear", tol=1e-8).fit(X, y)
        ours = SVC(kernel="linear", tol=1e-8).fit(X, y)
        np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)
        thin = SVC(kernel="linear", tol=1e-8).fit(sparse.csr_array(X), y).coef_
        np.testing.assert_allclose(thin.toarray(), theirs.coef_, atol=1e-4)
    with pytest.raises(AttributeError, match="only available when using a linear kernel"):
        _ = SVC().fit(X, y).coef_


def test_scores_of_pairs_and_of_classes_are_those_of_scikit_learn():
    X, y = SETS["three"]
    theirs = svm.SVC(decision_function_shape="ovo", tol=1e-8).fit(X, y)
    ours = SVC(decision_function_shape="ovo", tol=1e-8).fit(X, y)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), atol=1e-4)
    broken = SVC(break_ties=True).fit(X, y)
    expected = np.argmax(broken.decision_function(X), axis=1)
    np.testing.assert_array_equal(broken.predict(X), expected)


@pytest.mark.parametrize("kernel", ["linear", "poly", "rbf", "sigmoid"])
def test_sparse_matrices_give_the_same_as_dense_arrays(kernel):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 8)) * (rng.uniform(size=(60, 8)) < 0.4)
    y = np.argmax(X[:, :3] + 0.3 * rng.normal(size=(60, 3)), axis=1)
    dense = SVC(kernel=kernel, coef0=0.5, tol=1e-8).fit(X, y)
    thin = SVC(kernel=kernel, coef0=0.5, tol=1e-8).fit(sparse.csr_matrix(X), y)
    assert sparse.issparse(thin.support_vectors_)
    expected = dense.decision_function(X)
    for x in (X, sparse.csr_array(X), sparse.coo_matrix(X)):
        np.testing.assert_allclose(thin.decision_function(x), expected, atol=1e-6)
        np.testing.assert_allclose(dense.decision_function(x), expected, atol=1e-10)


def test_weights_of_samples_and_classes_multiply():
    X, y = SETS["three"]
    weight = np.random.default_rng(0).uniform(0.2, 3.0, size=len(y))
    options = {"gamma": 0.1, "class_weight": {0: 2.0, 2: 0.5}, "tol": 1e-8}
    theirs = svm.SVC(**options).fit(X, y, sample_weight=weight)
    ours = SVC(**options).fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), atol=1e-4)


def test_a_function_and_a_matrix_can_be_the_kernel(backend):
    X, y = SETS["three"]
    expected = SVC(gamma=0.1, tol=1e-8).fit(X, y).decision_function(X)
    K = rbf_kernel(X, gamma=0.1)
    given = SVC(kernel="precomputed", tol=1e-8).fit(backend.asarray(K, "float64"), y)
    found = given.decision_function(backend.asarray(K, "float64"))
    np.testing.assert_allclose(to_numpy(found), expected, atol=1e-6)

    def kernel(x, z):
        return asarray(rbf_kernel(to_numpy(x), to_numpy(z), gamma=0.1), device=device_of(x))

    own = SVC(kernel=kernel, tol=1e-8).fit(backend.asarray(X, "float64"), y)
    found = own.decision_function(backend.asarray(X, "float64"))
    np.testing.assert_allclose(to_numpy(found), expected, atol=1e-6)
    thin = SVC(kernel=lambda x, z: rbf_kernel(x, z, gamma=0.1), tol=1e-8)
    x = sparse.csr_array(X)
    np.testing.assert_allclose(thin.fit(x, y).decision_function(x), expected, atol=1e-6)


def test_everything_follows_the_samples_and_moves_on_request(backend):
    X, y = SETS["three"]
    model = SVC().fit(backend.asarray(X.astype(np.float32)), backend.asarray(y))
    for name in ("support_", "support_vectors_", "dual_coef_", "intercept_", "n_support_"):
        assert device_of(getattr(model, name)) == backend.device
    assert "float32" in str(model.dual_coef_.dtype)
    before = to_numpy(model.decision_function(backend.asarray(X.astype(np.float32))))
    again = pickle.loads(pickle.dumps(model.to("cpu")))
    assert isinstance(again.support_vectors_, np.ndarray)
    found = again.decision_function(X.astype(np.float32))
    np.testing.assert_allclose(found, before, atol=1e-5)


def test_the_device_can_be_named(backend):
    X, y = SETS["three"]
    model = SVC(device=backend.device_name, dtype="float64").fit(X, y)
    assert device_of(model.support_vectors_) == backend.device
    assert isinstance(model.predict(X), np.ndarray)
    np.testing.assert_allclose(
        model.decision_function(X), SVC().fit(X, y).decision_function(X), atol=1e-6
    )


def test_the_limit_of_steps_is_told():
    X, y = SETS["three"]
    with pytest.warns(ConvergenceWarning, match=r"Solver terminated early \(max_iter=2\)"):
        model = SVC(max_iter=2).fit(X, y)
    assert model.fit_status_ == 1
    assert model.n_iter_.tolist() == [2, 2, 2]


def test_it_works_in_a_grid_search():
    X, y = SETS["three"]
    search = GridSearchCV(SVC(), {"C": [0.01, 1.0], "gamma": ["scale", 10.0]}, cv=3).fit(X, y)
    assert search.best_params_ == {"C": 1.0, "gamma": "scale"}
    precomputed = GridSearchCV(SVC(kernel="precomputed"), {"C": [0.01, 1.0]}, cv=3)
    assert precomputed.fit(rbf_kernel(X, gamma=0.1), y).best_score_ > 0.9
    assert clone(search.best_estimator_).get_params()["C"] == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"C": 0.0}, "C must be a finite number > 0, got 0.0"),
        ({"kernel": "rbff"}, "kernel must be 'linear', 'poly', 'rbf', 'sigmoid'"),
        ({"gamma": "large"}, "gamma must be 'scale', 'auto' or a number >= 0, got 'large'"),
        ({"tol": 0.0}, "tol must be a number > 0"),
        ({"max_iter": 0}, "max_iter must be -1 or an integer >= 1, got 0; -1 is no limit"),
        ({"decision_function_shape": "ova"}, "decision_function_shape must be one of 'ovo', 'ovr'"),
        (
            {"break_ties": True, "decision_function_shape": "ovo"},
            "break_ties must be False when decision_function_shape is 'ovo'",
        ),
    ],
)
def test_wrong_parameters_are_errors(options, message):
    with pytest.raises(ValueError, match=message):
        SVC(**options).fit(*SETS["three"])


def test_wrong_data_are_errors():
    X, y = SETS["three"]
    with pytest.raises(ValueError, match=r"X must be \(N, N\) for kernel='precomputed', got"):
        SVC(kernel="precomputed").fit(X, y)
    with pytest.raises(TypeError, match="Sparse precomputed kernels are not supported"):
        SVC(kernel="precomputed").fit(sparse.csr_array(rbf_kernel(X)), y)
    with pytest.raises(ValueError, match=r"more than one class of positive weight, got \[0\]"):
        SVC().fit(X, np.zeros(len(y), dtype=int))
    with pytest.raises(ValueError, match=r"more than one class of positive weight, got \[1\]"):
        SVC().fit(X, y, sample_weight=(y == 1) * 1.0)
    with pytest.raises(ValueError, match=r"bad input shape: y must be \(N,\)"):
        SVC().fit(X, np.stack([y == 0, y == 1], axis=1).astype(int))


@pytest.mark.parametrize("kernel", [lambda x, z: x, lambda x, z: 1.0], ids=["x", "1"])
def test_a_kernel_of_another_shape_is_an_error(kernel):
    X, y = SETS["three"]
    for x in (X, sparse.csr_array(X)):
        with pytest.raises(ValueError, match=r"SVC: kernel must return \(\d+, \d+\), a number for"):
            SVC(kernel=kernel).fit(x, y)


@pytest.mark.parametrize("nothing", [0, 1, 2])
def test_a_class_that_weighs_nothing_is_never_predicted(nothing):
    X, y = SETS["three"]
    left = y != nothing
    model = SVC(gamma=0.1, tol=1e-8).fit(X, y, sample_weight=left * 1.0)
    alone = SVC(gamma=0.1, tol=1e-8).fit(X[left], y[left])
    np.testing.assert_array_equal(model.predict(X), alone.predict(X))
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.n_support_[nothing] == 0
    scores = model.decision_function(X)
    np.testing.assert_array_equal(scores.argmax(axis=1), alone.predict(X))
    assert (scores.argmin(axis=1) == nothing).all()
    by_class = SVC(gamma=0.1, tol=1e-8, class_weight={nothing: 0.0}).fit(X, y)
    np.testing.assert_allclose(by_class.decision_function(X), scores)
