"""The dual problem: optimal by its own conditions, whatever the working sets and the memory."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.errors import ArgumentError
from xpnet.models import svm
from xpnet.models.svm import dual as module


def problem(n=60, features=2, seed=0, kernel="rbf", apart=0.7):
    rng = np.random.default_rng(seed)
    y = np.where(np.arange(n) % 2, 1.0, -1.0)
    x = rng.normal(size=(n, features)) + apart * y[:, None]
    return svm.gram_matrix(x, kernel=kernel), y


def objective(K, y, beta):
    return y @ beta - beta @ K @ beta / 2


def violation(K, y, upper, beta):
    """The largest violation of the conditions of Karush, Kuhn and Tucker, from the definition."""
    alpha, v = beta * y, y - K @ beta
    assert (alpha >= 0).all()
    assert (alpha <= upper).all()
    assert abs(beta.sum()) < 1e-9 * max(1.0, upper.sum())
    up = ((y > 0) & (alpha < upper)) | ((y < 0) & (alpha > 0))
    down = ((y < 0) & (alpha < upper)) | ((y > 0) & (alpha > 0))
    return v[up].max() - v[down].min()


@pytest.mark.parametrize("kernel", ["rbf", "linear", "poly"])
@pytest.mark.parametrize("C", [0.1, 1.0, 100.0])
@pytest.mark.parametrize("tol", [1e-3, 1e-8])
def test_the_solution_is_optimal_within_the_tolerance(kernel, C, tol):
    K, y = problem(kernel=kernel)
    upper = np.full(len(y), C)
    found = svm.smo(svm.Gram(None, K), y, upper, tol)
    assert found.converged
    assert found.violation < tol
    # the gradient was kept over thousands of steps
    assert violation(K, y, upper, found.beta) < tol + 1e-9


def test_each_sample_has_a_bound_of_its_own_and_zero_leaves_it_out():
    K, y = problem()
    upper = np.random.default_rng(1).uniform(0, 2, size=len(y))
    upper[:10] = 0.0
    found = svm.smo(svm.Gram(None, K), y, upper, 1e-6)
    assert violation(K, y, upper, found.beta) < 2e-6
    rest = slice(10, None)
    without = svm.smo(svm.Gram(None, K[rest, rest]), y[rest], upper[rest], 1e-6)
    assert (found.beta[:10] == 0).all()
    np.testing.assert_allclose(found.beta[rest], without.beta, atol=1e-4)


def test_the_intercept_is_what_free_support_vectors_say():
    K, y = problem()
    found = svm.smo(svm.Gram(None, K), y, np.ones(len(y)), 1e-8)
    free = (found.beta != 0) & (abs(found.beta) < 1.0)
    assert free.sum() > 3
    np.testing.assert_allclose(y[free] * (K @ found.beta + found.intercept)[free], 1, atol=1e-6)


def test_without_free_support_vectors_the_intercept_is_in_the_middle():
    x, y = np.asarray([[-1.0], [2.0]]), np.asarray([-1.0, 1.0])
    found = svm.smo(svm.Gram(None, x @ x.T), y, np.full(2, 0.01), 1e-6)
    assert found.beta.tolist() == [-0.01, 0.01]
    # w = 0.03; the conditions allow every b with y f(x) <= 1
    low, high = 1 - 0.03 * 2, -1 + 0.03
    assert found.intercept == pytest.approx((low + high) / 2)


def test_working_sets_come_to_the_same_solution(monkeypatch):
    K, y = problem(200)
    upper = np.ones(200)
    whole = svm.smo(svm.Gram(None, K), y, upper, 1e-6)
    monkeypatch.setattr(module, "TOGETHER", 20)
    monkeypatch.setattr(module, "WORKING_SET", 20)
    parts = svm.smo(svm.Gram(None, K), y, upper, 1e-6)
    assert parts.converged
    assert violation(K, y, upper, parts.beta) < 2e-6
    assert objective(K, y, parts.beta) == pytest.approx(objective(K, y, whole.beta), rel=1e-9)


def test_few_rows_in_memory_come_to_the_same_solution(monkeypatch):
    rng = np.random.default_rng(0)
    y = np.where(np.arange(90) % 2, 1.0, -1.0)
    x = rng.normal(size=(90, 2)) + 0.7 * y[:, None]

    def kernel(x, z):
        return svm.gram_matrix(x, z, gamma=0.5)

    whole = svm.smo(svm.Gram(kernel, x), y, np.ones(90), 1e-6)
    monkeypatch.setattr(module, "TOGETHER", 16)
    monkeypatch.setattr(module, "WORKING_SET", 16)
    for size in (30 * 90 * 8 / 1e6, 1e-9):
        few = svm.smo(svm.Gram(kernel, x, size), y, np.ones(90), 1e-6)
        np.testing.assert_allclose(few.beta, whole.beta, atol=1e-3)


def test_steps_of_all_free_variables_save_steps_of_two_when_features_are_few(monkeypatch):
    K, y = problem(150, features=8, seed=3, kernel="linear", apart=0.3)
    upper = np.full(150, 10.0)
    quick = svm.smo(svm.Gram(None, K), y, upper)
    monkeypatch.setattr(module, "PATIENCE", 10**9)
    slow = svm.smo(svm.Gram(None, K), y, upper)
    assert quick.iterations < slow.iterations / 2
    assert violation(K, y, upper, quick.beta) < 2e-3
    assert objective(K, y, quick.beta) == pytest.approx(objective(K, y, slow.beta), rel=1e-4)


def test_a_kernel_that_is_no_inner_product_ends_as_well():
    _, y = problem()
    noise = np.random.default_rng(2).normal(size=(len(y), len(y)))
    K = (noise + noise.T) / 2
    upper = np.ones(len(y))
    found = svm.smo(svm.Gram(None, K), y, upper, 1e-3)
    assert found.converged
    assert violation(K, y, upper, found.beta) < 2e-3


def test_steps_are_limited_on_request():
    K, y = problem()
    found = svm.smo(svm.Gram(None, K), y, np.full(len(y), 10.0), 1e-8, max_iter=5)
    assert found.iterations == 5
    assert not found.converged
    assert found.violation >= 1e-8


def test_equal_samples_of_both_classes_are_no_trouble():
    x = np.zeros((6, 2))
    y = np.asarray([1.0, -1.0] * 3)
    found = svm.smo(svm.Gram(None, x @ x.T), y, np.ones(6))
    assert found.converged
    assert found.intercept == 0.0


def test_a_tolerance_of_zero_is_an_error():
    K, y = problem()
    with pytest.raises(ArgumentError, match=r"smo: tol must be > 0, got 0.0; a usual value"):
        svm.smo(svm.Gram(None, K), y, np.ones(len(y)), 0.0)
