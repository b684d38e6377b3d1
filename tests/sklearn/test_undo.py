"""A fit that fails leaves what an earlier one has learnt, or nothing."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.exceptions import NotFittedError

from xpnet.sklearn import SVC, LogisticRegression, MLPClassifier, MLPRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 4))
Y = np.arange(30) % 3
QUICK = {"max_iter": 3, "tol": None, "random_state": 0}
DIVERGING = {"solver": "sgd", "learning_rate_init": 1e9, "max_iter": 50, "tol": None}
MODELS = [LogisticRegression(), SVC(), MLPClassifier((4,), **QUICK), MLPRegressor((4,), **QUICK)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_fit_that_fails_changes_nothing(model):
    expected = model.fit(X, Y).predict(X)
    before = vars(model).copy()
    wrong = np.zeros(30) if hasattr(model, "classes_") else np.full(30, np.nan)
    with pytest.raises(ValueError, match=r"two classes|one class|NaN"):
        model.fit(X[:, :2], wrong)  # the features are learnt before y is looked at
    assert vars(model) == before
    np.testing.assert_array_equal(model.predict(X), expected)
    with pytest.raises(ValueError, match=r"X has 2 features, but .* is expecting 4 features"):
        model.predict(X[:, :2])


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
def test_a_training_that_fails_is_no_fit():
    model = MLPRegressor((4,), **DIVERGING)
    with pytest.raises(ValueError, match="non-finite parameter weights"):
        model.fit(1e3 * X, X[:, 0])
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_a_first_call_of_partial_fit_that_fails_can_be_made_again():
    model = MLPClassifier((4,), random_state=0)
    with pytest.raises(ValueError, match=r"classes \[0, 1\] of the first fit, got 2 too; use a"):
        model.partial_fit(X, Y, classes=[0, 1])
    model.partial_fit(X, Y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"classes=\[0, 1\] is not the same as on last call"):
        model.partial_fit(X, Y, classes=[0, 1])
    assert model.n_iter_ == 1
