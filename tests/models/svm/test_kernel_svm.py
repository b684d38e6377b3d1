from __future__ import annotations

import copy

import numpy as np
import pytest

import xpnet as xn
from xpnet import data, nn
from xpnet.backend import device_of, dtype_name, to_numpy
from xpnet.errors import ArgumentError, DataError, DTypeError, ShapeError
from xpnet.models import KernelSVM
from xpnet.testing import assert_close, gradcheck


def signed(dataset):
    x, y = dataset.arrays
    x = x.astype(np.float64)
    return (x - x.mean(axis=0)) / x.std(axis=0), 2 * y - 1


SETS = {
    "blobs": signed(data.blobs(60, classes=2, spread=4.0)),
    "moons": signed(data.moons(80, noise=0.2)),
    "circles": signed(data.circles(70, noise=0.15)),
}

KERNELS = {
    "linear": {"kernel": "linear"},
    "rbf": {"kernel": "rbf"},
    "rbf 2": {"kernel": "rbf", "gamma": 2.0},
    "poly": {"kernel": "poly", "degree": 2, "coef0": 1.0, "gamma": "auto"},
}


def fitted(backend, dataset, **options):
    x, y = SETS[dataset]
    options.setdefault("tol", 1e-6)
    return KernelSVM(**options).fit(backend.asarray(x, "float64"), backend.asarray(y))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("dataset", SETS)
@pytest.mark.parametrize("C", [0.1, 1.0, 100.0])
def test_the_decision_function_is_that_of_scikit_learn(backend, dataset, kernel, C):
    svc = pytest.importorskip("sklearn.svm").SVC
    x, y = SETS[dataset]
    model = fitted(backend, dataset, C=C, **KERNELS[kernel])
    expected = svc(C=C, tol=1e-6, **KERNELS[kernel]).fit(x, y)
    found = model.scores(backend.asarray(x, "float64"))
    assert device_of(found) == backend.device
    np.testing.assert_allclose(to_numpy(found), expected.decision_function(x), atol=1e-3)
    if kernel.startswith("rbf"):  # of the others several sets of vectors hold the same hyperplane
        clear = abs(to_numpy(model.dual_coef)) > 1e-5 * C
        other = abs(expected.dual_coef_[0]) > 1e-5 * C
        assert to_numpy(model.support)[clear].tolist() == sorted(expected.support_[other])


@pytest.mark.parametrize("dataset", SETS)
def test_weights_of_samples_count_as_in_scikit_learn(backend, dataset):
    svc = pytest.importorskip("sklearn.svm").SVC
    x, y = SETS[dataset]
    weight = np.where(y > 0, 5.0, 1.0) * np.random.default_rng(0).uniform(0.1, 2.0, size=len(y))
    model = KernelSVM(tol=1e-6).fit(
        backend.asarray(x, "float64"), backend.asarray(y), backend.asarray(weight, "float64")
    )
    expected = svc(tol=1e-6).fit(x, y, sample_weight=weight).decision_function(x)
    np.testing.assert_allclose(
        to_numpy(model.scores(backend.asarray(x, "float64"))), expected, atol=1e-3
    )


def test_a_weight_is_as_good_as_copies_of_the_sample():
    x, y = SETS["moons"]
    twice = np.concatenate([x, x[:30]]), np.concatenate([y, y[:30]])
    weight = np.where(np.arange(len(y)) < 30, 2.0, 1.0)
    one = KernelSVM(tol=1e-8).fit(x, y, weight).scores(x)
    other = KernelSVM(tol=1e-8, gamma=1 / (2 * x.var())).fit(*twice).scores(x)
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_precomputed_kernel_and_a_function_give_the_same(backend):
    x, y = (backend.asarray(part) for part in SETS["circles"])

    def kernel(a, b):
        return xn.models.svm.gram_matrix(a, b, "rbf", gamma=2.0)

    by_name = KernelSVM("rbf", gamma=2.0, tol=1e-6).fit(x, y)
    by_function = KernelSVM(kernel, tol=1e-6).fit(x, y)
    precomputed = KernelSVM("precomputed", tol=1e-6).fit(kernel(x, x), y)
    z = x[:5, :] + 0.1
    expected = to_numpy(by_name.scores(z))
    np.testing.assert_allclose(to_numpy(by_function.scores(z)), expected, rtol=1e-6, atol=1e-6)
    found = to_numpy(precomputed.scores(kernel(z, x)))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
    assert precomputed.support_vectors.shape == (precomputed.support.shape[0], 0)


def test_the_model_follows_the_data_in_device_and_dtype(backend):
    x, y = SETS["moons"]
    model = KernelSVM().fit(backend.asarray(x.astype(np.float32)), backend.asarray(y))
    for part in (model.support_vectors, model.dual_coef, model.bias, model.gamma_used):
        assert device_of(part) == backend.device
        assert dtype_name(part.dtype) == "float32"
    answers = model.predict(backend.asarray(x.astype(np.float32)))
    assert set(to_numpy(answers).tolist()) == {-1.0, 1.0}
    assert np.mean(to_numpy(answers) == y) > 0.9


def test_samples_from_elsewhere_are_moved_and_the_answers_moved_back(backend):
    model = fitted(backend, "moons")
    x = SETS["moons"][0]
    found = model.scores(x)
    assert isinstance(found, np.ndarray)
    here = to_numpy(model.scores(backend.asarray(x, "float64")))
    np.testing.assert_allclose(found, here, rtol=1e-12)


def test_pieces_give_the_same_scores_as_all_at_once():
    x, y = SETS["moons"]
    model = KernelSVM().fit(x, y)
    np.testing.assert_allclose(model.scores(x, batch_size=7), model.scores(x), rtol=1e-12)


def test_images_are_flattened():
    x, y = SETS["moons"]
    images = x.reshape(-1, 1, 2, 1)
    model = KernelSVM().fit(images, y)
    np.testing.assert_array_equal(model.scores(images), KernelSVM().fit(x, y).scores(x))


@pytest.mark.parametrize("kernel", ["linear", "rbf", "precomputed"])
def test_a_fitted_machine_survives_a_file(backend, kernel, tmp_path):
    x, y = (backend.asarray(part) for part in SETS["moons"])
    given = xn.models.svm.gram_matrix(x) if kernel == "precomputed" else x
    model = KernelSVM(kernel, C=3.0).fit(given, y)
    xn.save(model, tmp_path / "svm.safetensors")
    again = xn.load(tmp_path / "svm.safetensors", device=backend.device)
    assert repr(again) == repr(model)
    assert_close(again.scores(given), model.scores(given), rtol=0, atol=0)
    assert to_numpy(again.support).tolist() == to_numpy(model.support).tolist()


def test_it_also_survives_within_another_model_and_before_it_is_fitted(tmp_path):
    x, y = SETS["moons"]
    scaled = nn.Sequential(nn.Flatten(), KernelSVM(C=3.0).fit(x, y))
    xn.save(scaled, tmp_path / "svm.safetensors")
    again = xn.load(tmp_path / "svm.safetensors")
    np.testing.assert_array_equal(again.predict(x), scaled.predict(x))
    xn.save(KernelSVM(C=2.0), tmp_path / "new.safetensors")
    assert repr(xn.load(tmp_path / "new.safetensors")) == "KernelSVM(C=2.0)"


def test_it_can_be_copied_moved_and_fitted_again(backend):
    x, y = (backend.asarray(part) for part in SETS["moons"])
    model = KernelSVM().fit(x, y)
    before = to_numpy(model.scores(x))
    other = copy.deepcopy(model)
    other.fit(*(backend.asarray(part) for part in SETS["circles"]))
    np.testing.assert_array_equal(to_numpy(model.scores(x)), before)
    model.to("cpu", dtype="float64")
    np.testing.assert_allclose(model.scores(SETS["moons"][0]), before, atol=1e-4)


def test_its_output_can_be_differentiated(backend):
    model = fitted(backend, "moons")
    x = backend.asarray(SETS["moons"][0][:3], "float64")
    gradcheck(model, x)


def test_the_solution_says_how_it_was_found():
    model = KernelSVM(max_iter=3)
    assert model.solution is None
    model.fit(*SETS["moons"])
    assert not model.solution.converged
    assert model.solution.iterations == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel": "rbff"}, "did you mean 'rbf'"),
        ({"C": 0.0}, r"KernelSVM: C must be a number > 0, got 0.0; 1.0 is a good start"),
        ({"C": -1}, "got -1"),
        ({"C": float("inf")}, "got inf"),
        ({"gamma": -1.0}, "gamma must be 'scale', 'auto' or a number > 0, got -1.0"),
        ({"tol": 0.0}, "tol must be > 0, got 0.0; a usual value is 1e-3"),
        ({"cache_size": 0}, "cache_size must be > 0, got 0; a usual value is 1000"),
        ({"max_iter": 0}, "max_iter must be >= 1 or None, got 0; None sets no limit"),
    ],
)
def test_wrong_options_are_errors_at_once(options, message):
    with pytest.raises(ArgumentError, match=message):
        KernelSVM(**options)


X, Y = SETS["moons"]


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        (X.tolist(), Y, DTypeError, r"x must be an array, got a list; convert it with xn.asarray"),
        (X[:, 0], Y, ShapeError, r"x must be \(N, D\), got \(80,\)"),
        (X[:0], Y[:0], DataError, r"x must hold samples with features, got \(0, 2\)"),
        (np.where(X > 1, np.nan, X), Y, DataError, "x must be finite, got a NaN or an infinity"),
        (X, Y[:3], ShapeError, r"y must be \(80,\), got \(3,\)"),
        (X, (Y + 1) // 2, ArgumentError, r"y must hold -1 and 1, got 0, 1; .* with 2 \* y - 1"),
        (X, np.ones(80), ArgumentError, "y must hold both classes, -1 and 1, got 1 only"),
    ],
)
def test_wrong_data_are_errors_with_a_remedy(x, y, error, message):
    with pytest.raises(error, match=message):
        KernelSVM().fit(x, y)


def test_wrong_weights_are_errors_with_a_remedy():
    with pytest.raises(ShapeError, match=r"sample_weight must be \(80,\), got \(2,\)"):
        KernelSVM().fit(X, Y, np.ones(2))
    with pytest.raises(ArgumentError, match=r"sample_weight must be finite and >= 0, got -1.0"):
        KernelSVM().fit(X, Y, -np.ones(80))
    with pytest.raises(ArgumentError, match="y must hold both classes, -1 and 1, got 1 only"):
        KernelSVM().fit(X, Y, np.where(Y > 0, 1.0, 0.0))


def test_wrong_shapes_and_a_model_without_training_are_errors():
    with pytest.raises(ShapeError, match=r"x must be \(80, 80\) for kernel='precomputed', got"):
        KernelSVM("precomputed").fit(X, Y)
    with pytest.raises(DataError, match="must have support vectors, got none; call fit first"):
        KernelSVM().scores(X)
    model = KernelSVM().fit(X, Y)
    with pytest.raises(ShapeError, match=r"x must be \(N, 2\) as in training, got \(4, 3\)"):
        model.scores(np.ones((4, 3)))
