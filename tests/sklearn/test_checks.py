"""scikit-learn's own checks, for every estimator, array API inputs among them."""

from __future__ import annotations

import pytest
import sklearn
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from xpnet import nn
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


class Network:
    """Makes a network; of a class and not a function, whose name in test ids would change."""

    def __call__(self, features, outputs):
        return nn.Sequential(nn.Linear(features, 16), nn.Tanh(), nn.Linear(16, outputs))

    def __repr__(self):
        return "Network()"


ESTIMATORS = [
    PerceptronClassifier(max_iter=5),
    LogisticRegression(),
    LinearSVC(),
    MLPClassifier(max_iter=100),
    MLPClassifier(solver="lbfgs", max_iter=100),
    MLPRegressor(max_iter=100),
    MLPRegressor(solver="sgd", tol=1e-3, max_iter=100),
    CNNClassifier((4,), (16,), max_iter=100, learning_rate_init=0.01),
    NetClassifier(Network(), lr=0.02, max_iter=60),
    NetRegressor(Network(), lr=0.02, max_iter=60),
]


def expected_failures(estimator):
    """What scikit-learn's own Perceptron fails as well, with batches of one sample."""
    if isinstance(estimator, PerceptronClassifier):
        reason = "a weight of 2 is one long correction, a sample that is there twice is two"
        return {
            f"check_sample_weight_equivalence_on_{kind}_data": reason
            for kind in ("dense", "sparse")
        }
    return {}


# a check is not about convergence, and data are too few to converge in so many epochs
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(ESTIMATORS, expected_failed_checks=expected_failures)
def test_scikit_learn_finds_nothing_wrong(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_a_perceptron_that_learns_from_all_samples_at_once_weighs_them_right(kind):
    check = getattr(estimator_checks, f"check_sample_weight_equivalence_on_{kind}_data")
    check("PerceptronClassifier", PerceptronClassifier(batch_size="auto", max_iter=5))


def test_the_checks_of_array_api_inputs_are_not_skipped():
    with sklearn.config_context(array_api_dispatch=True):  # raises if SciPy was imported too early
        assert sklearn.get_config()["array_api_dispatch"]
