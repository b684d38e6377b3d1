"""Training ends when nothing improves, on its data or on others, or when a callback says so."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.datasets import load_iris

from xpnet.sklearn import MLPClassifier, MLPRegressor
from xpnet.training.callbacks import Callback, Checkpoint, CSVLogger, EarlyStopping

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
QUICK = {
    "hidden_layer_sizes": (8,), "random_state": 0, "learning_rate_init": 0.02, "max_iter": 20,
    "tol": None,
}  # fmt: skip
NAMES = np.asarray(["setosa", "versicolor", "virginica"])


def same(a, b):
    for ours, theirs in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_stopping_early_keeps_the_best_epoch_and_splits_alike():
    options = {**QUICK, "max_iter": 60, "tol": 1e-4, "n_iter_no_change": 3, "early_stopping": True}
    model = MLPClassifier(**options).fit(X, Y)
    assert model.n_iter_ < 60
    assert len(model.validation_scores_) == model.n_iter_
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.best_loss_ is None
    again = clone(model).fit(X, Y)
    same(model, again)
    assert model.validation_scores_ == again.validation_scores_


def test_the_weights_of_the_best_epoch_come_back():
    """Validation data whose labels are wrong: the first epochs, which know little, are the best."""
    wrong = (X, (Y + 1) % 3)
    options = {**QUICK, "max_iter": 30, "n_iter_no_change": 30}
    model = MLPClassifier(**options, early_stopping=True).fit(X, Y, validation_data=wrong)
    assert len(model.validation_scores_) == model.n_iter_ == 30
    assert model.score(*wrong) == model.best_validation_score_ == max(model.validation_scores_)
    assert model.validation_scores_[-1] < model.best_validation_score_


def test_validation_data_are_scored_and_take_nothing_from_the_training():
    alone = MLPClassifier(**QUICK).fit(X, NAMES[Y])
    model = MLPClassifier(**QUICK).fit(X, NAMES[Y], validation_data=(X[::2], NAMES[Y][::2]))
    same(alone, model)
    assert len(model.validation_scores_) == 20
    assert model.validation_scores_[-1] == model.score(X[::2], NAMES[Y][::2])
    assert model.best_loss_ == min(model.loss_curve_)
    regressor = MLPRegressor(**QUICK).fit(X, X[:, 0], validation_data=(X[::3], X[::3, 0]))
    assert regressor.validation_scores_[-1] == pytest.approx(regressor.score(X[::3], X[::3, 0]))


def test_without_tol_all_epochs_are_taken():
    assert MLPClassifier(**{**QUICK, "max_iter": 60}).fit(X, np.zeros(150) + (Y > 0)).n_iter_ == 60
    assert MLPClassifier(**QUICK, solver="lbfgs").fit(X, Y).n_iter_ == 20  # without a warning
    short = MLPClassifier(**{**QUICK, "max_iter": 500, "tol": 0.1, "n_iter_no_change": 2})
    assert short.fit(X, Y).n_iter_ < 60


def test_callbacks_see_the_training(tmp_path):
    class Count(Callback):
        epochs = 0

        def on_epoch_end(self, trainer, logs):
            Count.epochs += 1

    path = tmp_path / "log.csv"
    options = {**QUICK, "max_iter": 50, "tol": 1e-9}
    stop = EarlyStopping("loss", patience=1, min_delta=0.05)
    model = MLPClassifier(**options, callbacks=[CSVLogger(path), Count(), stop])
    model.fit(X, Y, validation_data=(X, Y))  # ended by a callback: no ConvergenceWarning
    assert model.n_iter_ < 50
    assert Count.epochs == model.n_iter_
    lines = path.read_text().splitlines()
    assert len(lines) == model.n_iter_ + 1
    assert {"loss", "val_score"} <= set(lines[0].split(","))
    last = dict(zip(lines[0].split(","), lines[-1].split(","), strict=True))
    assert float(last["loss"]) == pytest.approx(model.loss_curve_[-1], rel=1e-3)


def test_a_network_with_callbacks_is_copied_and_stored(tmp_path):
    callbacks = [
        CSVLogger(tmp_path / "log.csv"),
        EarlyStopping("loss"),
        Checkpoint(tmp_path / "best.safetensors", "loss"),
    ]
    model = MLPClassifier(**QUICK, callbacks=callbacks).fit(X, Y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert again.partial_fit(X, Y).n_iter_ == 21
    same(clone(model).fit(X, Y), model)


def test_control_c_ends_training_with_what_there_is():
    class Interrupt(Callback):
        def __init__(self, epoch):
            self.epoch = epoch

        def on_epoch_begin(self, trainer):
            if trainer.epoch == self.epoch:
                raise KeyboardInterrupt

    for epoch in (1, 4):
        model = MLPClassifier(**QUICK, callbacks=[Interrupt(epoch)])
        with pytest.warns(UserWarning, match="Training interrupted by user"):
            model.fit(X, Y)
        assert model.n_iter_ == epoch - 1
        assert model.predict(X).shape == (150,)
