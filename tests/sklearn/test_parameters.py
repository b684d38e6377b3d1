"""Parameters that make no sense are named when fit is called, with what they must be."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.exceptions import NotFittedError

import xpnet.sklearn
from xpnet import nn
from xpnet.errors import ArgumentError
from xpnet.sklearn import (
    SVC,
    CNNClassifier,
    LinearSVC,
    LogisticRegression,
    MLPClassifier,
    MLPRegressor,
    NetClassifier,
    NetRegressor,
    PerceptronClassifier,
)
from xpnet.sklearn.parameters import rules_of

X = np.random.default_rng(0).normal(size=(12, 4))
Y = np.arange(12) % 3


class NotOurs:
    """A network of another library: it has parameters, and can be called."""

    def parameters(self):
        return []

    def __call__(self, x):
        return x

    def __repr__(self):
        return "NotOurs()"


WRONG = [
    (MLPClassifier(solver="newton"), "solver must be one of 'adam', 'lbfgs', 'sgd', got 'newton'"),
    (MLPClassifier(alpha=-1.0), "alpha must be a number >= 0, got -1.0; correct it by set_params"),
    (MLPClassifier(alpha=float("nan")), "alpha must be a number >= 0, got nan"),
    (MLPClassifier(alpha=None), "alpha must be a number >= 0, got None"),
    (MLPClassifier(batch_size=0), "batch_size must be an integer >= 1 or 'auto', got 0"),
    (MLPClassifier(batch_size="all"), "batch_size must be an integer >= 1 or 'auto', got 'all'"),
    (MLPClassifier(batch_size=2.5), "batch_size must be an integer >= 1 or 'auto', got 2.5"),
    (MLPClassifier(max_iter=0), "max_iter must be an integer >= 1, got 0"),
    (MLPClassifier(max_iter=True), "max_iter must be an integer >= 1, got True"),
    (MLPClassifier(shuffle="yes"), "shuffle must be True or False, got 'yes'"),
    (MLPClassifier(tol=-1.0), "tol must be a number >= 0 or None, got -1.0"),
    (
        MLPClassifier(learning_rate="fast"),
        "learning_rate must be one of 'adaptive', 'constant', 'invsc",
    ),
    (MLPClassifier(learning_rate_init=0.0), "learning_rate_init must be a number > 0, got 0.0"),
    (MLPClassifier(momentum=1.5), "momentum must be a number >= 0 and <= 1, got 1.5"),
    (MLPClassifier(beta_1=1.0), "beta_1 must be a number >= 0 and < 1, got 1.0"),
    (MLPClassifier(epsilon=0.0), "epsilon must be a number > 0, got 0.0"),
    (MLPClassifier(dropout=1.0), "dropout must be a number >= 0 and < 1, got 1.0"),
    (MLPClassifier(batch_norm=None), "batch_norm must be True or False, got None"),
    (MLPClassifier(validation_fraction=1.0), "validation_fraction must be a number > 0 and < 1"),
    (MLPClassifier(dtype="float16"), "dtype must be 'float32' or 'float64' or None, got 'float16'"),
    (MLPClassifier(hidden_layer_sizes=(4, 0)), "hidden_layer_sizes must be > 0, an integer or a s"),
    (MLPClassifier(hidden_layer_sizes=(2.5,)), "hidden_layer_sizes must be > 0, an integer or a s"),
    (MLPClassifier(activation="rleu"), "activation must be one of"),
    (MLPClassifier(loss="logloss"), "loss must be one of"),
    (MLPClassifier(class_weight={"no": 1}), "class_weight must name classes of y"),
    (MLPClassifier(early_stopping=True), "validation_fraction must leave samples of each"),
    (MLPRegressor(loss="log_loss"), "loss must be one of"),
    (MLPRegressor(loss="quantile", quantile=1.5), "quantile must be a number > 0 and < 1, got 1.5"),
    (MLPRegressor(huber_delta=0.0), "huber_delta must be a number > 0, got 0.0"),
    (LogisticRegression(C=0.0), "C must be a number > 0, got 0.0"),
    (LogisticRegression(max_iter=0), "max_iter must be an integer >= 1"),
    (LinearSVC(loss="hinges"), "loss must be one of"),
    (PerceptronClassifier(eta0=-1), "eta0 must be a number > 0, got -1"),
    (CNNClassifier(kernel_size=0), "kernel_size must be an integer >= 1, got 0"),
    (CNNClassifier(channels=(0,)), "channels must be integers >= 1, got (0,)"),
    (CNNClassifier(hidden_layer_sizes=(-3,)), "hidden_layer_sizes must be integers >= 1"),
    (CNNClassifier(image_shape=(3, 3)), "image_shape must be (H, W) or (C, H, W) of 4 pixels"),
    (CNNClassifier(image_shape=(4,)), "image_shape must be (H, W) or (C, H, W) of 4 pixels"),
    (NetClassifier("linear"), "module must be an xpnet.nn.Module, or a function that returns"),
    (NetClassifier(str), "module must return an nn.Module, got str"),
    (NetClassifier(nn.Linear(4, 7)), "the network must give 3 outputs for each sample, got (2, 7)"),
    (NetClassifier(nn.Linear(4, 3), lr=0), "lr must be a number > 0, got 0"),
    (NetClassifier(nn.Linear(4, 3), optimizer="sdg"), "must be one of"),
    (NetClassifier(nn.Linear(4, 3), clip_norm=-1.0), "clip_norm must be a number >= 0 or None"),
    (MLPClassifier(hidden_layer_sizes="100"), "hidden_layer_sizes must be > 0, an integer or a"),
    (MLPClassifier(hidden_layer_sizes=True), "hidden_layer_sizes must be > 0, an integer or a"),
    (MLPClassifier(activation=None), "activation must be a name, a function, or a sequence of one"),
    (MLPClassifier(callbacks=3), "callbacks must be a sequence of xpnet.training.Callback, got 3"),
    (MLPClassifier(callbacks=[print]), "callbacks must be a sequence of xpnet.training.Callback"),
    (MLPClassifier(device=0), "device must be a name, as in 'cpu' or 'torch:cuda', or None, got 0"),
    (MLPClassifier(verbose="x"), "verbose must be True, False or an integer >= 0, got 'x'"),
    (MLPClassifier(random_state="seed"), "random_state must be an integer from 0 to 2**32 - 1, a"),
    (MLPClassifier(random_state=-1), "random_state must be an integer from 0 to 2**32 - 1, a"),
    (MLPClassifier(random_state=2**32), "random_state must be an integer from 0 to 2**32 - 1, a"),
    (MLPClassifier(class_weight="auto"), "class_weight must be a dict, with a finite number >= 0"),
    (MLPClassifier(class_weight=[1.0, 2]), "class_weight must be a dict, with a finite number >="),
    (MLPClassifier(class_weight={0: -1.0}), "for each class, or 'balanced' or None, got {0: -1.0}"),
    (LogisticRegression(class_weight={0: -1}), "LogisticRegression: class_weight must be a dict"),
    (SVC(class_weight={0: float("nan")}), "SVC: class_weight must be a dict, with a finite number"),
    (SVC(class_weight={0: float("inf")}), "SVC: class_weight must be a dict, with a finite number"),
    (SVC(C=float("inf")), "C must be a finite number > 0, got inf"),
    (SVC(device=0), "SVC: device must be a name"),
    (MLPClassifier(loss="logloss"), "did you mean 'log_loss'?"),
    (
        MLPClassifier(loss="cross_entropy"),
        "or a function, got 'cross_entropy'; did you mean 'log_l",
    ),
    (MLPRegressor(loss="mse"), "or a function, got 'mse'; did you mean 'squared_error'?"),
    (LinearSVC(loss="log_loss"), "loss must be one of 'hinge', 'squared_hinge', got 'log_loss'"),
    (CNNClassifier(image_shape="8x8"), "image_shape must be integers >= 1 or None, got '8x8'"),
    (NetClassifier(NotOurs()), "module must be an xpnet.nn.Module, or a function that returns one"),
    (
        NetClassifier(nn.Linear(4, 3), optimizer=3),
        "optimizer must be a name, or a class of xpnet.o",
    ),
    (
        NetClassifier(nn.Linear(4, 3), optimizer_options=[1]),
        "optimizer_options must be a dict or N",
    ),
    (
        NetClassifier(nn.Linear(4, 3), optimizer_options={"lrx": 1}),
        "optimizer_options must be options of 'adam', got {'lrx': 1}: ",
    ),
    (NetRegressor(nn.Linear(4, 2)), "the network must give 1 outputs for each sample, got (2, 2)"),
]


@pytest.mark.parametrize(("model", "message"), WRONG, ids=lambda part: str(part)[:60])
def test_wrong_parameters_are_errors(model, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        model.fit(X, Y)


ESTIMATORS = [getattr(xpnet.sklearn, name) for name in xpnet.sklearn.__all__]


@pytest.mark.parametrize("kind", ESTIMATORS, ids=lambda kind: kind.__name__)
def test_every_parameter_has_a_rule_that_its_default_keeps(kind):
    rules = rules_of(kind)
    for name, parameter in inspect.signature(kind).parameters.items():
        assert name in rules
        assert parameter.default is parameter.empty or rules[name].holds(parameter.default)
        assert not rules[name].holds(object()), "a rule that takes everything"


CHANGES = [
    (MLPClassifier(5, max_iter=1, tol=None), {"hidden_layer_sizes": (7,)}),
    (MLPRegressor(5, max_iter=1, tol=None), {"activation": "tanh"}),
    (CNNClassifier((2,), (2,), max_iter=1), {"channels": (3,)}),
]


@pytest.mark.parametrize(("model", "change"), CHANGES, ids=lambda part: str(part)[:20])
def test_a_network_that_goes_on_keeps_its_layers(model, change):
    model.set_params(warm_start=True).fit(X, Y).fit(X, Y)
    model.set_params(**change)
    name = next(iter(change))
    with pytest.raises(
        ValueError, match=f"{name} must be .*, as when the network that is to go on"
    ):
        model.fit(X, Y)
    with pytest.raises(ValueError, match="set warm_start=False, or use a new estimator"):
        model.partial_fit(X, Y)
    model.set_params(warm_start=False).fit(X, Y).partial_fit(X, Y)


def test_the_same_layers_may_be_written_in_several_ways():
    model = MLPClassifier(5, max_iter=1, tol=None, warm_start=True).fit(X, Y)
    for sizes in ((5,), [5], np.asarray([5])):
        model.set_params(hidden_layer_sizes=sizes).fit(X, Y)
    assert model.coefs_[0].shape == (4, 5)


def test_devices_that_are_not_there_are_errors():
    with pytest.raises(ArgumentError, match="got 'nowhere'"):
        MLPClassifier(device="nowhere").fit(X, Y)


TARGETS = [
    (MLPClassifier(), None, "requires y to be passed, but the target y is None"),
    (MLPClassifier(), Y[:-1], "inconsistent numbers of samples: [12, 11]"),
    (MLPClassifier(), Y + 0.5, "Unknown label type: continuous"),
    (MLPClassifier(), np.zeros(12), "y must have two classes at least, got one class (0.0)"),
    (MLPClassifier(), np.full(12, np.nan), "NaN"),
    (MLPRegressor(), None, "requires y to be passed, but the target y is None"),
    (MLPRegressor(), Y[:-1], "inconsistent numbers of samples: [12, 11]"),
    (MLPRegressor(), np.where(Y == 0, np.inf, 1.0), "infinity"),
    (MLPRegressor(), np.asarray(["a"] * 12), "y must be numbers, got 'a': "),
    (MLPRegressor(), np.ones((12, 1, 2)), "dim 3"),
]


@pytest.mark.parametrize(("model", "y", "message"), TARGETS, ids=lambda part: str(part)[:40])
def test_wrong_targets_are_errors(model, y, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        model.fit(X, y)


def test_another_number_of_targets_is_an_error_when_going_on():
    model = MLPRegressor((3,), max_iter=1, tol=None).partial_fit(X, X[:, 0])
    with pytest.raises(ValueError, match="y must have 1 columns, as it had in"):
        model.partial_fit(X, X[:, :2])
    with pytest.raises(ValueError, match="does not support early_stopping=True"):
        model.set_params(early_stopping=True).partial_fit(X, X[:, 0])


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
def test_a_training_that_diverges_is_an_error():
    model = MLPRegressor((4,), solver="sgd", learning_rate_init=1e6, max_iter=50, tol=None)
    with pytest.raises(ValueError, match="non-finite parameter weights; scale the features"):
        model.fit(1e3 * X, X[:, 0])


def test_applying_needs_a_fit():
    for model in (MLPClassifier(), LogisticRegression(), NetRegressor(nn.Linear(4, 1))):
        with pytest.raises(NotFittedError):
            model.predict(X)
        with pytest.raises(NotFittedError):
            model.to("cpu")
