"""Each loss learns what it is the loss of."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.linear_model import PoissonRegressor, QuantileRegressor, Ridge

from xpnet import nn
from xpnet.nn import functional as F
from xpnet.sklearn import MLPRegressor, NetRegressor
from xpnet.sklearn.losses import CLASSIFICATION, REGRESSION, hinge, log_loss, regression_loss

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 2))
NOISE = RNG.exponential(size=200)
LINEAR = {"hidden_layer_sizes": (), "solver": "lbfgs", "random_state": 0, "max_iter": 2000}
# corners have no gradient to become zero: many small steps instead
STEPS = {
    "hidden_layer_sizes": (), "learning_rate_init": 0.01, "max_iter": 400, "tol": None,
    "alpha": 0.0, "random_state": 0, "beta_1": 0.95, "batch_size": 50,
}  # fmt: skip


def test_squared_errors_with_a_penalty_are_ridge_regression():
    y = X @ [1.0, -2.0] + NOISE
    ours = MLPRegressor(**LINEAR, alpha=30.0, tol=1e-8).fit(X, y)
    theirs = Ridge(alpha=30.0).fit(X, y)
    np.testing.assert_allclose(ours.coefs_[0][:, 0], theirs.coef_, atol=1e-5)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-5)


def test_counts_are_poisson_regression():
    y = RNG.poisson(np.exp(X @ [0.5, -0.7]))
    ours = MLPRegressor(**LINEAR, alpha=20.0, loss="poisson", tol=1e-8).fit(X, y)
    theirs = PoissonRegressor(alpha=20.0 / 200, tol=1e-9).fit(X, y)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-4)
    assert ours.predict(10 * X).min() > 0
    with pytest.raises(ValueError, match="y must be >= 0 for loss='poisson', got -1"):
        ours.fit(X, y - 1)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_a_quantile_is_learnt(quantile):
    y = X @ [1.0, -2.0] + NOISE
    model = MLPRegressor(**STEPS, loss="quantile", quantile=quantile).fit(X, y)
    assert np.mean(y <= model.predict(X)) == pytest.approx(quantile, abs=0.04)
    theirs = QuantileRegressor(quantile=quantile, alpha=0.0).fit(X, y)
    np.testing.assert_allclose(model.predict(X), theirs.predict(X), atol=0.15)


def test_absolute_errors_bear_outliers_and_squared_ones_do_not():
    y = X @ [1.0, -2.0]
    wrong = y.copy()
    wrong[:20] += 100
    errors = {
        loss: np.abs(MLPRegressor(**STEPS, loss=loss).fit(X, wrong).predict(X) - y).mean()
        for loss in ("absolute_error", "huber", "squared_error")
    }
    assert errors["absolute_error"] < 0.05
    assert errors["huber"] < 0.4
    assert errors["squared_error"] > 1


def test_huber_is_squared_where_delta_is_large():
    y = X @ [1.0, -2.0] + NOISE
    huber = MLPRegressor(**LINEAR, loss="huber", huber_delta=1e3, tol=1e-7).fit(X, y)
    np.testing.assert_allclose(
        huber.predict(X), MLPRegressor(**LINEAR, tol=1e-7).fit(X, y).predict(X), atol=1e-3
    )
    other = MLPRegressor(**LINEAR, loss="huber", huber_delta=0.1, tol=1e-5).fit(X, y)
    assert np.mean(y - other.predict(X)) > 0.1  # nearer to the median, which is below the mean


@pytest.mark.parametrize("loss", REGRESSION)
def test_columns_are_learnt_as_if_each_were_alone(loss):
    y = np.abs(np.stack([X @ [1.0, -2.0] + NOISE, 3 * NOISE], axis=1))

    def net(weights):
        def factory(features, outputs):
            layer = nn.Linear(features, outputs)
            layer.weight.data, layer.bias.data = weights, 0.0 * weights[:, 0]
            return layer

        return factory

    weights = np.asarray([[0.1, 0.2], [0.3, -0.4]])
    common = {"optimizer": "sgd", "lr": 1e-3, "max_iter": 5, "loss": loss, "alpha": 0.5}
    both = NetRegressor(net(weights), random_state=0, **common).fit(X, y)
    for k in range(2):
        alone = NetRegressor(net(weights[k : k + 1]), random_state=0, **common).fit(X, y[:, k])
        np.testing.assert_allclose(both.predict(X)[:, k], alone.predict(X), rtol=1e-9)


@pytest.mark.parametrize("name", CLASSIFICATION)
def test_labels_are_summed_and_samples_averaged(backend, name):
    loss = CLASSIFICATION[name]
    outputs = backend.asarray(RNG.normal(size=(5, 3)))
    y = backend.asarray((RNG.normal(size=(5, 3)) > 0).astype(np.float64))
    each = [
        float(loss(outputs[:, k], backend.asarray(np.asarray([int(v) for v in y[:, k]]))))
        for k in range(3)
    ]
    assert float(loss(outputs, y)) == pytest.approx(sum(each), rel=1e-6)
    assert float(loss(outputs, y, reduction="sum")) == pytest.approx(5 * sum(each), rel=1e-6)
    xp = backend.xp
    per_sample = xp.mean(loss(outputs, y, reduction="none"), axis=1)
    assert float(xp.mean(per_sample)) == pytest.approx(sum(each), rel=1e-6)


def test_hinge_and_log_loss_of_two_classes_take_one_output(backend):
    outputs = backend.asarray(np.asarray([2.0, -0.5, 0.25]))
    y = backend.asarray(np.asarray([1, 0, 0]))
    assert float(hinge(outputs, y)) == pytest.approx((0 + 0.5 + 1.25) / 3)
    expected = np.mean(np.log1p(np.exp([-2.0, -0.5, 0.25])))
    assert float(log_loss(outputs, y)) == pytest.approx(expected)


def test_a_loss_of_ones_own_is_left_as_it_is():
    y = RNG.normal(size=(5, 3))
    outputs = RNG.normal(size=(5, 3))
    own = regression_loss(F.mse_loss)
    assert float(own(outputs, y)) == pytest.approx(np.mean((outputs - y) ** 2))
    half = regression_loss(REGRESSION["squared_error"].function, summed=True)
    assert float(half(outputs, y)) == pytest.approx(np.sum((outputs - y) ** 2) / 10)
