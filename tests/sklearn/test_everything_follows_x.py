"""Arrays of any library and device train where they are, and what is said of them is there too."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn import config_context
from sklearn.datasets import load_iris

from xpnet import nn
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.sklearn import (
    CNNClassifier,
    LinearSVC,
    LogisticRegression,
    MLPClassifier,
    MLPRegressor,
    NetClassifier,
    NetRegressor,
    PerceptronClassifier,
)
from xpnet.testing import BACKENDS

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
X, Y = (X - X.mean(axis=0))[::3], Y[::3]


def network(features, outputs):
    return nn.Sequential(nn.Linear(features, 5), nn.Tanh(), nn.Linear(5, outputs))


SMALL = {"random_state": 3, "max_iter": 2}
CLASSIFIERS = {
    "logistic": LogisticRegression(),
    "svc": LinearSVC(),
    "svc, hinge": LinearSVC(loss="hinge"),
    "perceptron": PerceptronClassifier(random_state=3, max_iter=2, batch_size=16),
    "mlp": MLPClassifier((6,), batch_size=20, **SMALL),
    "mlp, dropout": MLPClassifier((6, 6), dropout=0.3, batch_norm=True, batch_size=20, **SMALL),
    "mlp, sgd": MLPClassifier((6,), solver="sgd", early_stopping=True, **SMALL),
    "mlp, lbfgs": MLPClassifier((6,), solver="lbfgs", random_state=3, max_iter=20, alpha=0.1),
    "cnn": CNNClassifier((3,), (4,), batch_norm=True, dropout=0.2, **SMALL),
    "net": NetClassifier(network, optimizer="rmsprop", class_weight="balanced", **SMALL),
}
REGRESSORS = {
    "mlp": MLPRegressor((6,), **SMALL),
    "mlp, poisson": MLPRegressor((6,), loss="poisson", **SMALL),
    "net": NetRegressor(network, loss="quantile", quantile=0.8, **SMALL),
}


def fitted(estimator, x, y):
    return type(estimator)(**estimator.get_params()).fit(x, y)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_says_the_same_on_every_library_and_there(backend, name):
    host = fitted(CLASSIFIERS[name], X, Y)
    x, y = backend.asarray(X), backend.asarray(Y)
    there = fitted(CLASSIFIERS[name], x, y)
    assert device_of(next(there.module_.parameters()).data) == backend.device
    assert isinstance(there.classes_, np.ndarray)
    said = there.predict(x)
    assert device_of(said) == backend.device
    assert dtype_name(said.dtype) == "int64"
    # a support vector machine's weights are found to a tolerance only
    atol = 1e-4 if "svc" in name or name in ("logistic", "mlp, lbfgs") else 1e-6
    for method in ("decision_function", "predict_proba", "predict_log_proba"):
        if hasattr(host, method):
            values = getattr(there, method)(x)
            assert device_of(values) == backend.device
            assert dtype_name(values.dtype) == "float64"
            assert values.shape == (len(X), 3)
            np.testing.assert_allclose(to_numpy(values), getattr(host, method)(X), atol=atol)
    np.testing.assert_array_equal(to_numpy(said), host.predict(X))
    assert there.score(x, y) == host.score(X, Y)


@pytest.mark.parametrize("name", REGRESSORS)
def test_a_regressor_says_the_same_on_every_library_and_there(backend, name):
    y = np.abs(X[:, :2] + X[:, 2:])
    host = fitted(REGRESSORS[name], X, y)
    x = backend.asarray(X)
    there = fitted(REGRESSORS[name], x, backend.asarray(y))
    said = there.predict(x)
    assert device_of(said) == backend.device
    assert dtype_name(said.dtype) == "float64"
    np.testing.assert_allclose(to_numpy(said), host.predict(X), atol=1e-6)
    assert there.score(x, backend.asarray(y)) == pytest.approx(host.score(X, y), abs=1e-6)


def test_single_precision_and_integers_keep_or_choose_a_dtype(backend):
    model = MLPClassifier((4,), **SMALL)
    x = backend.asarray(X.astype(np.float32))
    said = model.fit(x, Y).predict_proba(x)
    assert dtype_name(said.dtype) == "float32"
    assert all(coef.dtype == np.float32 for coef in model.coefs_)
    whole = backend.asarray(np.round(X).astype(np.int64))
    assert dtype_name(model.fit(whole, Y).predict_proba(whole).dtype) == "float64"
    model.set_params(dtype="float32")
    said = model.fit(backend.asarray(X), Y).predict_proba(backend.asarray(X))
    assert dtype_name(said.dtype) == "float32"


def test_names_of_classes_are_numpy_arrays_everywhere(backend):
    names = np.asarray(["setosa", "versicolor", "virginica"])[Y]
    x = backend.asarray(X)
    model = LogisticRegression().fit(x, names)
    assert isinstance(model.predict(x), np.ndarray)
    assert model.score(x, names) > 0.9
    bools = PerceptronClassifier(max_iter=3).fit(x, backend.asarray(Y == 0))
    assert dtype_name(bools.predict(x).dtype) == "bool"


def test_samples_may_come_from_elsewhere_than_in_training(backend):
    there = MLPClassifier((4,), **SMALL).fit(backend.asarray(X), Y)
    here = there.predict_proba(X)
    assert isinstance(here, np.ndarray)
    np.testing.assert_allclose(here, to_numpy(there.predict_proba(backend.asarray(X))), atol=1e-9)
    host = MLPClassifier((4,), **SMALL).fit(X, Y)
    said = host.predict_proba(backend.asarray(X))
    assert device_of(said) == backend.device
    np.testing.assert_allclose(to_numpy(said), here, atol=1e-6)


def test_a_network_can_be_trained_on_another_device_than_that_of_the_samples(backend):
    model = MLPClassifier((4,), device=backend.device_name, **SMALL).fit(X, Y)
    assert device_of(next(model.module_.parameters()).data) == backend.device
    assert isinstance(model.predict(X), np.ndarray)
    np.testing.assert_allclose(
        model.predict_proba(X), MLPClassifier((4,), **SMALL).fit(X, Y).predict_proba(X), atol=1e-6
    )
    assert model.partial_fit(X, Y).to("cpu").device == "cpu"
    assert isinstance(next(model.module_.parameters()).data, np.ndarray)
    assert model.partial_fit(X, Y).n_iter_ == 4


def test_moved_to_the_host_it_trains_on_where_its_optimizer_was(backend):
    def model():
        return MLPClassifier((4,), solver="sgd", **SMALL)

    there = model().fit(backend.asarray(X), Y).to("cpu").partial_fit(X, Y)
    here = model().fit(X, Y).partial_fit(X, Y)
    np.testing.assert_allclose(there.predict_proba(X), here.predict_proba(X), atol=1e-6)


DISPATCH = """
import sys
import sklearn
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xpnet.backend import device_of
from xpnet.sklearn import LogisticRegression, MLPClassifier, MLPRegressor
from xpnet.testing import BACKENDS

X, y = load_iris(return_X_y=True)
for name in sys.argv[1:]:
    backend = BACKENDS[name]
    with backend, sklearn.config_context(array_api_dispatch=True):
        x, labels = backend.asarray(X), backend.asarray(y)
        pipeline = make_pipeline(StandardScaler(), LogisticRegression(tol=0.01)).fit(x, labels)
        assert device_of(pipeline.predict(x)) == backend.device
        assert device_of(pipeline.predict_proba(x)) == backend.device
        assert pipeline.score(x, labels) > 0.9
        mlp = MLPRegressor((4,), max_iter=2, tol=None, random_state=0).fit(x, x[:, 0])
        assert device_of(mlp.predict(x)) == backend.device
        if backend.device_name != "cpu":
            try:
                mlp.predict(X)
            except ValueError as error:
                assert "must use the same namespace" in str(error), error
            else:
                raise AssertionError("NumPy was taken")
            moved = MLPClassifier((4,), device=backend.device_name, max_iter=2, tol=None)
            assert moved.fit(X, y).predict(X).shape == (150,)
    print(name)
"""


def test_dispatch_of_scikit_learn_is_followed():
    names = ["numpy", "strict-device1", "torch"]
    names = [name for name in names if BACKENDS[name].unavailable() is None]
    environment = {**os.environ, "SCIPY_ARRAY_API": "1"}  # looked at when scipy is imported
    command = [sys.executable, "-W", "ignore", "-c", DISPATCH, *names]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == names


def test_without_dispatch_other_libraries_are_taken_all_the_same(backend):
    with config_context(array_api_dispatch=False):
        x = backend.asarray(X)
        assert device_of(LogisticRegression().fit(x, Y).predict(x)) == backend.device
