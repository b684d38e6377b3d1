from __future__ import annotations

import numpy as np
import pytest

from xpnet.backend import device_of, to_numpy
from xpnet.errors import ArgumentError
from xpnet.models import svm
from xpnet.models.svm.gram import in_batches
from xpnet.models.svm.kernels import kernel_function, resolve_gamma, squared_distances

RNG = np.random.default_rng(0)
X, Z = RNG.normal(size=(7, 3)), RNG.normal(size=(5, 3))


@pytest.mark.parametrize("name", svm.KERNELS)
def test_kernels_are_those_of_scikit_learn(backend, name):
    pairwise = pytest.importorskip("sklearn.metrics.pairwise")
    x, z = backend.asarray(X, "float64"), backend.asarray(Z, "float64")
    found = svm.gram_matrix(x, z, name, gamma=0.3, coef0=0.5, degree=2)
    options = {"gamma": 0.3, "coef0": 0.5, "degree": 2}
    expected = pairwise.pairwise_kernels(X, Z, name, filter_params=True, **options)
    assert device_of(found) == backend.device
    np.testing.assert_allclose(to_numpy(found), expected, rtol=1e-12)


def test_the_kernel_of_degree_2_is_an_inner_product_of_products():
    def phi(x):
        return np.stack([x[:, 0] ** 2, np.sqrt(2) * x[:, 0] * x[:, 1], x[:, 1] ** 2], axis=1)

    x = X[:, :2]
    poly = svm.gram_matrix(x, kernel="poly", gamma=1.0, degree=2)
    np.testing.assert_allclose(poly, phi(x) @ phi(x).T, rtol=1e-12)


def test_gamma_takes_the_unit_of_the_features_out():
    assert resolve_gamma("scale", X) == pytest.approx(1 / (3 * X.var()))
    assert resolve_gamma("auto", X) == 1 / 3
    assert resolve_gamma("scale", np.ones((2, 3))) == 1.0
    np.testing.assert_allclose(svm.gram_matrix(1000 * X), svm.gram_matrix(X), rtol=1e-9)


def test_distances_of_points_far_from_zero_are_not_lost_to_rounding():
    near = X.astype(np.float32)
    far = near + np.float32(1024.0)  # float32 keeps 2^-13 there
    found = squared_distances(far, far)
    expected = squared_distances(X, X)
    np.testing.assert_allclose(found, expected, atol=5e-3)
    assert (found >= 0).all()


def test_a_function_is_a_kernel():
    assert kernel_function(min) is min
    assert svm.gram_matrix(X, Z, lambda x, z: x @ z.T).shape == (7, 5)


def test_wrong_kernels_are_errors_with_a_remedy():
    with pytest.raises(ArgumentError, match="did you mean 'rbf'"):
        svm.gram_matrix(X, kernel="rbff")
    with pytest.raises(ArgumentError, match="gamma must be one of 'auto', 'scale'"):
        svm.gram_matrix(X, gamma="scaled")
    with pytest.raises(ArgumentError, match=r"gamma must be 'scale', 'auto' or a number > 0"):
        svm.gram_matrix(X, gamma=0.0)
    with pytest.raises(ArgumentError, match="degree must be >= 0, got -1"):
        svm.gram_matrix(X, kernel="poly", degree=-1)


def test_in_batches_gives_the_same_and_never_asks_for_more(monkeypatch, backend):
    monkeypatch.setattr("xpnet.models.svm.gram.PIECE", 10)
    asked = []

    def kernel(x, z):
        asked.append(x.shape[0])
        return kernel_function("rbf")(x, z)

    x, z = backend.asarray(X, "float64"), backend.asarray(Z, "float64")
    found = in_batches(kernel, x, z)
    np.testing.assert_allclose(to_numpy(found), svm.gram_matrix(X, Z, gamma=1.0), rtol=1e-9)
    assert asked == [2, 2, 2, 1]


@pytest.mark.parametrize("kept", [0, 2, 4, 7])
def test_parts_of_the_matrix_are_right_however_few_rows_are_kept(backend, kept):
    x = backend.asarray(X, "float64")
    computed = []

    def kernel(x, z):
        computed.append(x.shape[0])
        return kernel_function("rbf")(x, z)

    gram = svm.Gram(kernel, x, cache_size=(kept + 0.5) * 7 * 8 / 1e6)
    assert gram.rows_kept == kept
    K = svm.gram_matrix(X, gamma=1.0)
    for chosen in ([1, 5], [5, 0], [0, 1, 2, 3], [1, 5]):
        index = np.asarray(chosen)
        np.testing.assert_allclose(gram.block(index), K[np.ix_(index, index)], rtol=1e-9)
        beta = np.arange(1.0, len(index) + 1)
        np.testing.assert_allclose(gram.product(index, beta), K[:, index] @ beta, rtol=1e-9)
        assert len(gram._rows) <= kept
    # each part was asked for twice: the second time everything is there, if there is room
    expected = {7: [7], 4: [2, 1, 2, 1, 1], 0: [2, 2, 2, 2, 4, 4, 2, 2]}
    if kept in expected:
        assert sum(computed) <= sum(expected[kept])


def test_a_subset_is_the_matrix_of_some_of_the_samples(backend):
    x = backend.asarray(X, "float64")
    chosen = np.asarray([6, 1, 3])
    K = svm.gram_matrix(X, gamma=1.0)[np.ix_(chosen, chosen)]
    for size in (1000.0, 1e-6):
        part = svm.Gram(kernel_function("rbf"), x, size).subset(chosen)
        np.testing.assert_allclose(part.block(np.arange(3)), K, rtol=1e-9)
