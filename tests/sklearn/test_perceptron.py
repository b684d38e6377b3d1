"""The perceptron takes the corrections of scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn import linear_model
from sklearn.datasets import load_iris

from xpnet.sklearn import PerceptronClassifier, perceptron

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
X = X - X.mean(axis=0)
ORDER = np.random.default_rng(0).permutation(len(X))
X, Y = X[ORDER], Y[ORDER]
BASE = {"shuffle": False, "max_iter": 5, "tol": None}


@pytest.mark.parametrize(
    "options",
    [{}, {"eta0": 0.1}, {"fit_intercept": False}, {"class_weight": {0: 2.0, 1: 0.5}}],
    ids=str,
)
@pytest.mark.parametrize("classes", [2, 3])
def test_weights_are_those_of_scikit_learn(classes, options):
    y = Y if classes == 3 else (Y == 1).astype(int)
    ours = PerceptronClassifier(**BASE, **options).fit(X, y)
    theirs = linear_model.Perceptron(**BASE, **options).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-9)
    intercept = np.broadcast_to(theirs.intercept_, ours.intercept_.shape)
    np.testing.assert_allclose(ours.intercept_, intercept, atol=1e-9)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


def test_samples_on_one_side_each_are_told_apart_without_an_error():
    model = PerceptronClassifier(random_state=0).fit(X, Y == 0)
    assert model.score(X, Y == 0) == 1.0
    assert model.n_iter_ < 1000
    assert not hasattr(model, "predict_proba")


def test_partial_fit_goes_on():
    whole = PerceptronClassifier(**BASE).fit(X, Y)
    parts = PerceptronClassifier(**BASE)
    for _ in range(5):
        parts.partial_fit(X, Y, classes=[0, 1, 2])
    np.testing.assert_allclose(parts.coef_, whole.coef_)
    assert parts.n_iter_ == 5


def test_labels_and_held_out_samples():
    y = np.stack([Y == 0, Y != 1], axis=1).astype(int)
    model = PerceptronClassifier(random_state=0, max_iter=50).fit(X, y)
    assert model.predict(X).shape == y.shape
    assert np.mean(model.predict(X)[:, 0] == y[:, 0]) == 1.0
    model = PerceptronClassifier(early_stopping=True, random_state=0).fit(X, Y, Y + 1.0)
    assert len(model.validation_scores_) == model.n_iter_
    assert model.best_validation_score_ == max(model.validation_scores_)


def test_weights_of_samples_lengthen_their_corrections():
    # the first sample is wrong as long as its score is 0, and its correction is its weight times x
    weights = np.asarray([3.0, 1.0, 1.0, 1.0])
    x = np.asarray([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    y = np.asarray([1, 1, 1, 0])
    model = PerceptronClassifier(fit_intercept=False, **{**BASE, "max_iter": 1}).fit(x, y, weights)
    np.testing.assert_allclose(model.coef_, [[3.0 / weights.mean(), 0.0]])


@pytest.mark.parametrize("weight", [50.0, 0.0])
def test_scores_of_held_out_samples_do_not_depend_on_the_names_of_classes(weight):
    options = {**BASE, "early_stopping": True, "validation_fraction": 0.3, "random_state": 0}
    renamed = np.asarray([1, 0, 2])
    model = PerceptronClassifier(class_weight={1: weight}, **options).fit(X, Y)
    other = PerceptronClassifier(class_weight={0: weight}, **options).fit(X, renamed[Y])
    assert model.validation_scores_ == other.validation_scores_
    np.testing.assert_allclose(model.coef_, other.coef_[renamed])


def test_a_penalty_shrinks_the_weights_in_each_step():
    free = PerceptronClassifier(**BASE).fit(X, Y)
    held = PerceptronClassifier(alpha=0.01, **BASE).fit(X, Y)
    theirs = linear_model.Perceptron(penalty="l2", alpha=0.01, **BASE).fit(X, Y)
    assert np.linalg.norm(held.coef_) < np.linalg.norm(free.coef_)
    assert np.mean(held.predict(X) == theirs.predict(X)) > 0.9


def test_breaking_off_keeps_what_was_learnt(monkeypatch):
    calls = []

    def correct(*arguments):
        calls.append(arguments)
        if len(calls) > 200:
            raise KeyboardInterrupt
        return original(*arguments)

    original = perceptron._correct
    monkeypatch.setattr(perceptron, "_correct", correct)
    with pytest.warns(UserWarning, match="interrupted"):
        model = PerceptronClassifier(**BASE).fit(X, Y)
    assert model.n_iter_ == 1
    assert model.score(X, Y) > 0.5
