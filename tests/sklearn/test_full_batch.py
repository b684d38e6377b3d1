"""L-BFGS on all samples: pieces make no difference, the minimum is one."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from xpnet import nn
from xpnet.sklearn import LogisticRegression, full_batch
from xpnet.sklearn.full_batch import minimize, penalty
from xpnet.sklearn.losses import REGRESSION, regression_loss
from xpnet.sklearn.samples import Samples

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = X @ [1.0, -2.0, 0.5] + 3 + 0.1 * RNG.normal(size=40)
LOSS = regression_loss(REGRESSION["squared_error"].function)


def layer():
    module = nn.Linear(3, 1).to(dtype="float64")
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
    return module


def test_least_squares_with_a_penalty_have_their_closed_form(backend):
    module = layer().to(backend.device)
    samples = Samples(backend.asarray(X), Y)
    found = minimize(module, LOSS, samples, decay=0.1, max_iter=200, tol=1e-9)
    centred = X - X.mean(axis=0)
    expected = np.linalg.solve(centred.T @ centred / 40 + 0.1 * np.eye(3), centred.T @ Y / 40)
    weight = np.asarray(module.to("cpu").weight.data)[0]
    np.testing.assert_allclose(weight, expected, atol=1e-6)
    errors = Y - X @ expected - (Y - X @ expected).mean()
    loss = 0.5 * np.mean(errors**2) + 0.05 * expected @ expected
    assert found.loss == pytest.approx(loss, rel=1e-6)
    assert found.converged
    assert 0 < found.iterations < 200


@pytest.mark.parametrize("weights", [None, RNG.uniform(0.1, 2, size=40)], ids=["", "weights"])
def test_pieces_and_sparse_rows_make_no_difference(monkeypatch, weights):
    results = []
    for rows, x in ((4096, X), (7, X), (7, sparse.csr_array(X))):
        monkeypatch.setattr(full_batch, "ROWS", rows)
        module = layer()
        minimize(module, LOSS, Samples(x, Y, weights), decay=0.1, max_iter=100, tol=1e-8)
        results.append(module.weight.data)
    np.testing.assert_allclose(results[1], results[0], atol=1e-6)
    np.testing.assert_allclose(results[2], results[0], atol=1e-6)


def test_limits_end_it_and_are_told():
    found = minimize(layer(), LOSS, Samples(X, Y), decay=0.0, max_iter=1, tol=1e-12)
    assert not found.converged
    assert found.iterations == 1
    found = minimize(layer(), LOSS, Samples(X, Y), decay=0.0, max_iter=50, max_eval=2, tol=1e-12)
    assert not found.converged
    assert found.iterations < 50


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
def test_a_search_that_finds_nothing_has_not_converged():
    module = layer()
    found = minimize(module, LOSS, Samples(1e160 * X, Y), decay=0.0, max_iter=100)
    assert not found.converged
    assert found.iterations < 100
    with pytest.warns(ConvergenceWarning, match="lbfgs failed to converge after 1 iteration"):
        LogisticRegression().fit(1e160 * X, Y > 3)


def test_a_search_that_rounding_ends_has_converged():
    found = minimize(layer(), LOSS, Samples(X, Y), decay=0.0, max_iter=1000, tol=0.0)
    assert found.converged
    assert found.iterations < 1000


def test_training_mode_comes_back():
    module = layer().eval()
    minimize(module, LOSS, Samples(X, Y), decay=0.0, max_iter=2)
    assert not module.training
    assert all(p.grad is None for p in module.parameters())


def test_the_penalty_is_half_the_sum_of_squares():
    assert float(penalty([np.asarray([1.0, 2.0]), np.asarray([3.0])])) == 7.0
