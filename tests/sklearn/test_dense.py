"""From the same weights, our networks take the same steps as scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn import neural_network
from sklearn.datasets import load_iris

from xpnet import nn
from xpnet.backend import asarray
from xpnet.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def weights(fan_in, fan_out):
    """The weights and biases of a layer: the same for both libraries."""
    rng = np.random.default_rng(100 * fan_in + fan_out)
    return rng.normal(size=(fan_in, fan_out)) * 0.5, rng.normal(size=fan_out) * 0.5


class Given:
    """scikit-learn's networks with those weights."""

    def _init_coef(self, fan_in, fan_out, dtype):
        return tuple(values.astype(dtype) for values in weights(fan_in, fan_out))


class TheirClassifier(Given, neural_network.MLPClassifier):
    pass


class TheirRegressor(Given, neural_network.MLPRegressor):
    pass


class Taken:
    """Our networks with those weights."""

    def _network(self, shape, outputs):
        module = super()._network(shape, outputs).to(dtype="float64")
        for layer in module.modules():
            if isinstance(layer, nn.Linear):
                coef, intercept = weights(*reversed(layer.weight.shape))
                layer.weight.data = asarray(coef.T)
                layer.bias.data = asarray(intercept)
        return module


class OurClassifier(Taken, MLPClassifier):
    pass


class OurRegressor(Taken, MLPRegressor):
    pass


X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
ORDER = np.random.default_rng(0).permutation(len(X))
X, Y = X[ORDER], Y[ORDER]
SGD = {"solver": "sgd", "learning_rate_init": 0.05}
# ε is added to √v̂, as in Kingma and Ba's Algorithm 1 and in PyTorch; scikit-learn adds it to √v. A
# small one makes that no difference.
SETTINGS = {
    "adam": {},
    "adam, betas": {"beta_1": 0.8, "beta_2": 0.99, "learning_rate_init": 0.01},
    "adam, alpha": {"alpha": 3.0},
    "sgd": {**SGD, "momentum": 0.0},
    "sgd, momentum": {**SGD, "nesterovs_momentum": False},
    "sgd, nesterov": {**SGD, "nesterovs_momentum": True},
    "sgd, alpha": {**SGD, "alpha": 2.0},
    "sgd, invscaling": {**SGD, "learning_rate": "invscaling", "power_t": 0.2},
    "sgd, adaptive": {
        **SGD, "learning_rate": "adaptive", "tol": 0.02, "n_iter_no_change": 2, "max_iter": 60,
    },
    "batches": {"batch_size": 25, "alpha": 0.5},
    "logistic": {"activation": "logistic", "batch_size": 50},
    "two layers": {"hidden_layer_sizes": (6, 5), "activation": "identity"},
}  # fmt: skip
BASE = {
    "hidden_layer_sizes": (6,), "activation": "tanh", "epsilon": 1e-13, "max_iter": 12,
    "shuffle": False,
}  # fmt: skip


def compare(ours, theirs, atol=1e-6, losses=1e-6):
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.t_ == theirs.t_
    assert ours.n_layers_ == theirs.n_layers_
    assert ours.n_outputs_ == theirs.n_outputs_
    for a, b in zip(ours.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(a, b, atol=atol)
    for a, b in zip(ours.intercepts_, theirs.intercepts_, strict=True):
        np.testing.assert_allclose(a, b, atol=atol)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, atol=losses)
    np.testing.assert_allclose(ours.best_loss_, theirs.best_loss_, atol=losses)


@pytest.mark.parametrize("name", SETTINGS)
def test_training_takes_the_steps_of_scikit_learn(name):
    options = {**BASE, **SETTINGS[name]}
    ours = OurClassifier(**options).fit(X, Y)
    theirs = TheirClassifier(**options).fit(X, Y)
    # the penalty in the loss is that of the beginning of an epoch, and not of each step
    compare(ours, theirs, losses=0.01 if "batch_size" in options else 1e-6)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("target", ["two classes", "labels", "numbers", "columns"])
def test_every_kind_of_target_has_the_gradients_of_scikit_learn(target, solver):
    options = {**BASE, "solver": solver, "learning_rate_init": 0.01, "alpha": 0.1}
    if target in ("two classes", "labels"):
        y = Y == 1 if target == "two classes" else np.stack([Y == 0, Y != 1], axis=1).astype(int)
        ours, theirs = OurClassifier(**options), TheirClassifier(**options)
    else:
        y = X @ np.random.default_rng(0).normal(size=(4, 2))
        y = y[:, 0] if target == "numbers" else y
        ours, theirs = OurRegressor(**options), TheirRegressor(**options)
    ours, theirs = ours.fit(X, y), theirs.fit(X, y)
    if target == "columns":  # they take the mean over columns as the loss, and train on the sum
        np.testing.assert_allclose(ours.loss_curve_[0], 2 * theirs.loss_curve_[0], atol=0.01)
        theirs.loss_curve_, theirs.best_loss_ = ours.loss_curve_, ours.best_loss_
    compare(ours, theirs)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_weights_of_samples_act_as_in_scikit_learn(solver):
    w = np.random.default_rng(1).uniform(0.2, 3.0, size=len(X))
    options = {**BASE, "solver": solver, "alpha": 0.5}
    ours, theirs = OurClassifier(**options), TheirClassifier(**options)
    compare(ours.fit(X, Y, w), theirs.fit(X, Y, w))
    # parts of equal weight: the penalty of a step is that of the average batch here
    w = np.tile(np.random.default_rng(1).uniform(0.2, 3.0, size=50), 3)
    options["batch_size"] = 50
    ours, theirs = OurClassifier(**options), TheirClassifier(**options)
    compare(ours.fit(X, Y, w), theirs.fit(X, Y, w), losses=0.01)


def test_counts_are_learnt_as_in_scikit_learn():
    y = np.random.default_rng(0).poisson(np.exp(X[:, 0]))
    options = {**BASE, "loss": "poisson", "learning_rate_init": 0.01}
    ours, theirs = OurRegressor(**options).fit(X, y), TheirRegressor(**options).fit(X, y)
    theirs.loss_curve_, theirs.best_loss_ = ours.loss_curve_, ours.best_loss_  # but for a constant
    compare(ours, theirs)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-6)


@pytest.mark.parametrize("kind", ["classes", "labels", "numbers"])
def test_lbfgs_comes_to_the_loss_of_scikit_learn(kind):
    options = {**BASE, "solver": "lbfgs", "alpha": 5.0, "max_iter": 2000, "tol": 1e-6}
    y = {"classes": Y, "labels": np.stack([Y == 0, Y != 1], axis=1).astype(int), "numbers": X[:, 0]}
    classes = kind != "numbers"
    ours = (OurClassifier if classes else OurRegressor)(**options).fit(X, y[kind])
    theirs = (TheirClassifier if classes else TheirRegressor)(**options).fit(X, y[kind])
    assert ours.loss_ == pytest.approx(theirs.loss_, abs=1e-5)
    said = "predict_proba" if classes else "predict"
    np.testing.assert_allclose(getattr(ours, said)(X), getattr(theirs, said)(X), atol=2e-2)


def test_partial_fit_takes_the_steps_of_scikit_learn():
    options = {**BASE, "solver": "sgd", "learning_rate": "invscaling", "power_t": 0.1}
    ours, theirs = OurClassifier(**options), TheirClassifier(**options)
    for _ in range(5):
        ours.partial_fit(X, Y, classes=[0, 1, 2])
        theirs.partial_fit(X, Y, classes=[0, 1, 2])
    theirs.n_iter_ = 5  # theirs says 1
    compare(ours, theirs)


def test_warm_starts_take_the_steps_of_scikit_learn():
    options = {**BASE, "warm_start": True, "max_iter": 4}
    ours, theirs = OurClassifier(**options), TheirClassifier(**options)
    for _ in range(2):
        ours.fit(X, Y)
        theirs.fit(X, Y)
    compare(ours, theirs)
    assert len(ours.loss_curve_) == 8
