"""What users of scikit-learn do with networks: go on, weigh, search, calibrate, store."""

from __future__ import annotations

import io
import pickle

import joblib
import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from xpnet import nn
from xpnet.sklearn import MLPClassifier, MLPRegressor

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
QUICK = {
    "hidden_layer_sizes": (8,), "random_state": 0, "learning_rate_init": 0.02, "max_iter": 20,
    "tol": None,
}  # fmt: skip
NAMES = np.asarray(["setosa", "versicolor", "virginica"])


def same(a, b, atol=0.0):
    for ours, theirs in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=atol, rtol=0)


# ---- going on ------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [{}, {"solver": "sgd"}, {"dropout": 0.3}], ids=str)
def test_epochs_of_partial_fit_are_those_of_fit(more):
    options = {**QUICK, **more, "max_iter": 4, "batch_size": 32}
    whole = MLPClassifier(**options).fit(X, Y)
    parts = MLPClassifier(**options)
    for _ in range(4):
        parts.partial_fit(X, Y, classes=[0, 1, 2])
    same(whole, parts)
    assert whole.n_iter_ == parts.n_iter_ == 4
    assert whole.t_ == parts.t_ == 600
    assert whole.loss_curve_ == parts.loss_curve_


@pytest.mark.parametrize("store", [pickle, joblib], ids=["pickle", "joblib"])
def test_a_stored_network_goes_on_exactly(store):
    model = MLPClassifier(**QUICK, dropout=0.2, batch_norm=True).partial_fit(X, Y, [0, 1, 2])
    file = io.BytesIO()
    store.dump(model, file)
    file.seek(0)
    again = store.load(file)
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    same(again.partial_fit(X, Y), model.partial_fit(X, Y))


def test_partial_fit_sees_classes_later():
    model = MLPClassifier(**QUICK)
    for start in range(0, 150, 50):  # a class after the other
        model.partial_fit(X[start : start + 50], NAMES[Y][start : start + 50], classes=NAMES)
    assert model.predict(X).dtype.kind == "U"
    assert model.predict_proba(X).shape == (150, 3)
    with pytest.raises(ValueError, match=r"got .*'rose'.* too"):
        model.partial_fit(X[:1], ["rose"])
    with pytest.raises(ValueError, match="is not the same as on last call to partial_fit"):
        model.partial_fit(X, NAMES[Y], classes=["rose", "lily", "tulip"])
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        MLPClassifier().partial_fit(X, Y)
    with pytest.raises(AttributeError, match="partial_fit"):
        _ = MLPClassifier(solver="lbfgs").partial_fit


def test_partial_fit_after_lbfgs_takes_the_new_solver():
    model = MLPClassifier(**{**QUICK, "solver": "lbfgs", "max_iter": 500}).fit(X, Y)
    before = model.coefs_
    model.set_params(solver="sgd", learning_rate_init=1e-3).partial_fit(X, Y)
    moved = max(np.max(np.abs(a - b)) for a, b in zip(before, model.coefs_, strict=True))
    assert 0 < moved < 0.1


def test_a_warm_start_goes_on_and_a_cold_one_does_not():
    cold = MLPClassifier(**QUICK).fit(X, Y)
    same(cold, clone(cold).fit(X, Y))
    first = cold.loss_curve_
    assert cold.fit(X, Y).loss_curve_ == first
    warm = MLPClassifier(**QUICK, warm_start=True).fit(X, Y)
    assert warm.loss_curve_ == first
    assert warm.fit(X, Y).loss_ < first[-1]
    assert warm.loss_curve_[:20] == first
    assert len(warm.loss_curve_) == 40
    assert warm.n_iter_ == 20
    with pytest.raises(ValueError, match="y must be of the classes"):
        warm.fit(X, Y + 1)
    with pytest.raises(ValueError, match="X has 3 features"):
        warm.fit(X[:, :3], Y)


def test_one_epoch_is_counted_as_one():
    model = MLPClassifier(**{**QUICK, "max_iter": 1, "tol": 1e-4}, warm_start=True)
    for _ in range(2):
        with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(1\) reached"):
            model.fit(X, Y)
        assert model.n_iter_ == 1


# ---- targets and weights -------------------------------------------------------------------


def test_a_balanced_network_finds_the_rare_class():
    rare = np.concatenate([np.arange(50, 100), np.arange(100, 105)])
    x, y = X[rare][:, :2], Y[rare]  # two classes that overlap
    plain = MLPClassifier(**QUICK).fit(x, y)
    balanced = MLPClassifier(**QUICK, class_weight="balanced").fit(x, y)
    same(balanced, MLPClassifier(**QUICK, class_weight={1: 0.55, 2: 5.5}).fit(x, y), atol=1e-12)
    same(balanced, MLPClassifier(**QUICK).fit(x, y, np.where(y == 1, 0.55, 5.5)), atol=1e-12)
    assert balanced.predict_proba(x)[:, 1].mean() > 2 * plain.predict_proba(x)[:, 1].mean()


def test_a_weight_of_zero_is_a_sample_that_is_not_there():
    there = Y != 2
    options = {**QUICK, "solver": "lbfgs", "max_iter": 10, "tol": 1.0}
    zero = MLPRegressor(**options).fit(X, X[:, 0] + Y, there * 1.0)
    none = MLPRegressor(**options).fit(X[there], (X[:, 0] + Y)[there])
    np.testing.assert_allclose(zero.predict(X), none.predict(X), atol=1e-9)


def test_two_classes_have_one_output_and_several_labels_each_their_own():
    two = MLPClassifier(**QUICK).fit(X, NAMES[np.minimum(Y, 1)])
    assert two.n_outputs_ == 1
    assert two.decision_function(X).shape == (150,)
    probabilities = two.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(two.predict(X) == "versicolor", probabilities[:, 1] > 0.5)
    np.testing.assert_allclose(two.predict_log_proba(X), np.log(probabilities))
    labels = np.stack([Y == 0, Y != 1, Y < 3], axis=1).astype(int)
    several = MLPClassifier(**{**QUICK, "max_iter": 100}).fit(X, labels)
    assert several.predict(X).shape == (150, 3)
    assert several.score(X, labels) > 0.9
    assert several.predict_proba(X).shape == (150, 3)
    assert several.predict_proba(X)[:, 2].min() > 0.5
    assert MLPClassifier(**QUICK, early_stopping=True).fit(X, labels).n_iter_ == 20


def test_several_numbers_are_predicted_together():
    y = np.stack([X[:, 0] + X[:, 1], X[:, 2] * 2], axis=1)
    model = MLPRegressor((8,), solver="lbfgs", random_state=0, max_iter=500).fit(X, y)
    assert model.predict(X).shape == (150, 2)
    assert model.score(X, y) > 0.99
    assert model.fit(X, y[:, 0]).predict(X).shape == (150,)
    with pytest.warns(UserWarning, match="A column-vector y was passed"):
        assert model.fit(X, y[:, :1]).predict(X).shape == (150,)


# ---- what scikit-learn's networks do not have ------------------------------------------------


def test_each_hidden_layer_may_have_its_activation():
    model = MLPClassifier((4, 5), ["tanh", nn.ReLU], random_state=0, max_iter=2, tol=None)
    kinds = [type(layer).__name__ for layer in model.fit(X, Y).module_]
    assert kinds == ["Linear", "Tanh", "Linear", "ReLU", "Linear"]
    with pytest.raises(ValueError, match="one for each of the 2 hidden layers, got 1 names"):
        MLPClassifier((4, 5), ["tanh"]).fit(X, Y)
    assert clone(model).get_params()["activation"] == ["tanh", nn.ReLU]


@pytest.mark.parametrize(("samples", "batch"), [(150, 149), (101, 20), (7, 3), (149, 37)])
def test_normalisation_of_batches_never_sees_one_sample_alone(samples, batch):
    model = MLPClassifier(**{**QUICK, "max_iter": 3}, batch_norm=True, batch_size=batch)
    model.fit(X[::-1][:samples], np.arange(samples) % 3)
    assert np.all(np.isfinite(model.predict_proba(X)))
    assert model.t_ == 3 * samples


def test_dropout_is_of_training_only_and_of_the_random_state():
    options = {**QUICK, "dropout": 0.5}
    model = MLPClassifier(**options).fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))
    same(model, clone(model).fit(X, Y))
    assert MLPClassifier(**{**options, "random_state": 1}).fit(X, Y).loss_ != model.loss_
    assert model.loss_ > MLPClassifier(**QUICK).fit(X, Y).loss_


def test_no_hidden_layer_is_softmax_regression():
    model = MLPClassifier((), solver="lbfgs", random_state=0).fit(X, Y)
    assert model.n_layers_ == 2
    assert model.score(X, Y) > 0.95
    assert MLPClassifier(5, max_iter=1, tol=None).fit(X, Y).n_layers_ == 3


def test_hinge_and_losses_of_ones_own():
    hinge = MLPClassifier(**{**QUICK, "max_iter": 60}, loss="hinge").fit(X, Y)
    assert hinge.score(X, Y) > 0.9
    assert not hasattr(hinge, "predict_proba")

    def own(outputs, y, *, reduction="mean"):
        return nn.functional.cross_entropy(outputs, y, reduction=reduction)

    model = MLPClassifier(**QUICK, loss=own).fit(X, Y)
    np.testing.assert_allclose(
        model.decision_function(X), MLPClassifier(**QUICK).fit(X, Y).decision_function(X)
    )


# ---- in the company of scikit-learn ----------------------------------------------------------


def test_it_works_in_pipelines_searches_and_cross_validation():
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(**QUICK))
    grid = {
        "mlpclassifier__hidden_layer_sizes": [(2,), (16,)],
        "mlpclassifier__learning_rate_init": [1e-5, 0.05],
    }
    search = GridSearchCV(pipeline, grid, cv=3, n_jobs=2).fit(X, NAMES[Y])
    assert search.best_params_["mlpclassifier__learning_rate_init"] == 0.05
    assert search.best_score_ > 0.9
    assert search.predict(X[:1])[0] == "setosa"
    regressor = MLPRegressor((8,), solver="lbfgs", random_state=0, alpha=1.0, max_iter=2000)
    assert cross_val_score(regressor, X[:, :3], X[:, 3], cv=3).shape == (3,)


def test_it_can_be_calibrated_and_looked_into():
    model = CalibratedClassifierCV(MLPClassifier(**QUICK), cv=2).fit(X, Y)
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    x = np.concatenate([X[:, 2:], np.random.default_rng(0).normal(size=(150, 1))], axis=1)
    fitted = MLPClassifier(**QUICK).fit(x, Y)
    found = permutation_importance(fitted, x, Y, random_state=0, n_repeats=3).importances_mean
    assert found.argmin() == 2


def test_a_copy_has_the_parameters_and_no_weights():
    model = MLPClassifier(**QUICK, class_weight={0: 2.0}).fit(X, Y)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    with pytest.raises(AttributeError, match="has no weights before fit"):
        _ = copy.coefs_
    assert not hasattr(copy, "n_layers_")


def test_it_learns_digits():
    digits, classes = load_digits(return_X_y=True)
    model = MLPClassifier((32,), max_iter=15, tol=None, learning_rate_init=0.01, random_state=0)
    model.fit((digits[:1200] / 16).astype(np.float32), classes[:1200])
    assert model.score((digits[1200:] / 16).astype(np.float32), classes[1200:]) > 0.9
