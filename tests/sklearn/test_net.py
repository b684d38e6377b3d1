"""Any network of xpnet behind scikit-learn's interface."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import GridSearchCV

from xpnet import nn, optim
from xpnet.sklearn import MLPClassifier, NetClassifier, NetRegressor
from xpnet.training.callbacks import Callback

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
NAMES = np.asarray(["setosa", "versicolor", "virginica"])


class Wide(nn.Module):
    """A network with a choice, for a search."""

    def __init__(self, units):
        super().__init__()
        self.hidden, self.out = nn.Linear(4, units), nn.Linear(units, 3)

    def forward(self, x):
        return self.out(nn.functional.relu(self.hidden(x)))


def made(features, outputs):
    return nn.Sequential(nn.Linear(features, 8), nn.Tanh(), nn.Linear(8, outputs))


def test_a_fit_trains_a_copy_and_begins_anew_each_time():
    net = made(4, 3)
    before = {name: value.copy() for name, value in net.state_dict().items()}
    model = NetClassifier(net, lr=0.05, random_state=0).fit(X, NAMES[Y])
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    first = model.predict_proba(X)
    np.testing.assert_array_equal(model.fit(X, NAMES[Y]).predict_proba(X), first)
    assert model.score(X, NAMES[Y]) > 0.9
    with_again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(with_again.predict_proba(X), first)
    np.testing.assert_array_equal(clone(model).fit(X, NAMES[Y]).predict_proba(X), first)


def test_a_function_makes_a_network_of_the_right_size():
    for module in (made, lambda: made(4, 3), lambda inputs, k, width=5: made(inputs, k)):
        assert NetClassifier(module, max_iter=1).fit(X, Y).predict_proba(X).shape == (150, 3)
    assert NetRegressor(made, max_iter=1).fit(X, X[:, :2]).predict(X).shape == (150, 2)
    labels = np.stack([Y == 0, Y != 1], axis=1).astype(int)
    assert NetClassifier(made, max_iter=1).fit(X, labels).predict(X).shape == (150, 2)


@pytest.mark.parametrize("outputs", [1, 2])
def test_two_classes_may_have_one_output_or_two(outputs):
    y = NAMES[np.minimum(Y, 1)]
    model = NetClassifier(made(4, outputs), lr=0.05, random_state=0).fit(X, y)
    assert model.predict_proba(X).shape == (150, 2)
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    decision = model.decision_function(X)
    assert decision.shape == (150,)
    np.testing.assert_array_equal(decision > 0, model.predict(X) == "versicolor")
    assert model.score(X, y) > 0.95


def test_one_number_may_come_without_an_axis():
    class Flat(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 1)

        def forward(self, x):
            return self.layer(x)[:, 0]

    model = NetRegressor(Flat(), lr=0.05, max_iter=50, random_state=0).fit(X, X[:, 0])
    assert model.predict(X).shape == (150,)
    assert model.score(X, X[:, 0]) > 0.9


@pytest.mark.parametrize(
    ("optimizer", "options"),
    [
        ("sgd", {"momentum": 0.9}),
        ("adamw", {"weight_decay": 0.01}),
        (optim.RMSprop, None),
        ("adagrad", None),
        ("lion", None),
    ],
    ids=str,
)
def test_every_optimizer_trains(optimizer, options):
    model = NetClassifier(
        made, optimizer=optimizer, optimizer_options=options, lr=0.03, random_state=0,
        max_iter=40, clip_norm=1.0,
    )  # fmt: skip
    assert model.fit(X, Y).score(X, Y) > 0.8
    assert model.loss_curve_[-1] < model.loss_curve_[0]


def test_lbfgs_takes_all_samples_at_once():
    model = NetClassifier(made, optimizer="lbfgs", max_iter=200, alpha=0.1, tol=1e-3)
    assert model.fit(X, Y).score(X, Y) > 0.95
    assert not hasattr(model, "partial_fit")


def test_it_trains_as_the_network_of_the_same_layers_does():
    mlp = MLPClassifier((8,), "tanh", max_iter=4, tol=None, random_state=0, alpha=0.1).fit(X, Y)

    def start():
        net = made(4, 3).to(dtype="float64")
        first = MLPClassifier((8,), "tanh", learning_rate_init=1e-300, max_iter=1, tol=None)
        first = first.set_params(random_state=0, alpha=0.0).fit(X, Y)
        net.load_state_dict(first.module_.state_dict())
        return net

    net = NetClassifier(start, max_iter=4, random_state=0, alpha=0.1).fit(X, Y)
    np.testing.assert_allclose(net.predict_proba(X), mlp.predict_proba(X), atol=1e-9)


def test_a_search_goes_through_networks():
    grid = {"module": [Wide(1), Wide(16)], "lr": [1e-5, 0.05]}
    search = GridSearchCV(NetClassifier(Wide(1), max_iter=15, random_state=0), grid, cv=2)
    search.fit(X, Y)
    assert search.best_params_["lr"] == 0.05
    assert search.best_params_["module"].hidden.weight.shape == (16, 4)


def test_images_go_into_convolutions():
    digits, classes = load_digits(return_X_y=True)
    x = digits[:60].reshape(-1, 1, 8, 8) / 16
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 10))
    model = NetClassifier(net, max_iter=2, random_state=0).fit(x, classes[:60])
    assert model.predict(x).shape == (60,)
    assert model.n_features_in_ == 1


def test_a_schedule_comes_as_a_callback():
    class Halve(Callback):
        def on_epoch_end(self, trainer, logs):
            for group in trainer.optimizer.param_groups:
                group["lr"] /= 2

    model = NetClassifier(made, optimizer="sgd", lr=0.8, callbacks=[Halve()], max_iter=3).fit(X, Y)
    assert model._optimizer_.param_groups[0]["lr"] == pytest.approx(0.1)
