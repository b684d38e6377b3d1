from __future__ import annotations

import numpy as np
import pytest

from xpnet.backend import device_of, to_numpy
from xpnet.data import ArrayDataset, Normalize, Standardize, normalize, one_hot, standardize
from xpnet.errors import ArgumentError, DataError, DTypeError

rng = np.random.default_rng(0)
TRAIN = (5 + 3 * rng.standard_normal((40, 3))).astype(np.float32)
TEST = (5 + 3 * rng.standard_normal((10, 3))).astype(np.float32)


def test_standardized_training_data_have_mean_zero_and_deviation_one(backend):
    train, test = standardize(backend.asarray(TRAIN), backend.asarray(TEST))
    assert device_of(train) == device_of(test) == backend.device
    assert train.dtype == test.dtype == backend.xp.float32
    np.testing.assert_allclose(to_numpy(train).mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(to_numpy(train).std(axis=0), 1, rtol=1e-5)


def test_test_data_are_standardized_by_the_training_data(backend):
    _, test = standardize(backend.asarray(TRAIN), backend.asarray(TEST))
    expected = (TEST - TRAIN.mean(axis=0)) / TRAIN.std(axis=0)
    np.testing.assert_allclose(to_numpy(test), expected, rtol=1e-5, atol=1e-6)


def test_normalized_training_data_fill_the_interval(backend):
    train, test = normalize(backend.asarray(TRAIN), backend.asarray(TEST), low=-1.0, high=3.0)
    assert device_of(test) == backend.device
    np.testing.assert_allclose(to_numpy(train).min(axis=0), -1, atol=1e-5)
    np.testing.assert_allclose(to_numpy(train).max(axis=0), 3, atol=1e-5)
    low, high = TRAIN.min(axis=0), TRAIN.max(axis=0)
    np.testing.assert_allclose(to_numpy(test), -1 + 4 * (TEST - low) / (high - low), atol=1e-5)


@pytest.mark.parametrize("scaler", [Standardize(), Normalize(-1.0, 1.0)], ids=lambda s: type(s))
def test_inverse_undoes_transform(backend, scaler):
    x = backend.asarray(TRAIN)
    back = scaler.fit(x).inverse(scaler.transform(x))
    np.testing.assert_allclose(to_numpy(back), TRAIN, rtol=1e-5)


@pytest.mark.parametrize("scaler", [Standardize(), Normalize()], ids=lambda s: type(s))
def test_a_constant_feature_is_not_blown_up(backend, scaler):
    x = backend.asarray(np.full((1000, 2), 0.1, dtype=np.float32))
    assert abs(to_numpy(scaler.fit(x).transform(x))).max() < 1e-6


def test_statistics_may_be_taken_per_channel():
    images = rng.uniform(size=(20, 3, 4, 4)).astype(np.float32)
    (scaled,) = standardize(images, axis=(0, 2, 3))
    np.testing.assert_allclose(scaled.mean(axis=(0, 2, 3)), 0, atol=1e-6)
    assert Standardize((0, 2, 3)).fit(images).shift.shape == (1, 3, 1, 1)


def test_one_statistic_may_serve_all():
    assert Standardize(axis=None).fit(TRAIN).scale.shape == (1, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_long_column_has_an_exact_mean(backend, dtype):
    x = np.full((500_000, 2), 1000.1, dtype=dtype)
    x[::2] += 1
    exact = x.astype(np.longdouble)
    scaler = Standardize().fit(backend.asarray(x))
    np.testing.assert_allclose(to_numpy(scaler.shift)[0], exact.mean(axis=0), rtol=1e-7)
    np.testing.assert_allclose(to_numpy(scaler.scale)[0], exact.std(axis=0), rtol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_long_constant_column_becomes_zero(backend, dtype):
    x = backend.asarray(np.full((500_000, 2), 0.1, dtype=dtype))
    assert abs(to_numpy(Standardize().fit(x).transform(x))).max() < 1e-6


def test_a_fit_on_the_host_serves_data_on_a_device(backend):
    scaler = Standardize().fit(TRAIN)
    moved = scaler.transform(backend.asarray(TEST))
    assert device_of(moved) == backend.device
    np.testing.assert_allclose(to_numpy(moved), scaler.transform(TEST), rtol=1e-6)


def test_the_type_of_the_data_is_kept():
    assert Standardize().fit(TRAIN).transform(TEST.astype(np.float64)).dtype == np.float64
    assert Standardize().fit(TRAIN.astype(np.float64)).transform(TEST).dtype == np.float32


def test_of_a_data_set_the_first_array_is_transformed():
    labels = np.arange(40)
    train, _ = standardize(ArrayDataset(TRAIN, labels, name="t"), ArrayDataset(TEST))
    np.testing.assert_allclose(train.arrays[0].std(axis=0), 1, rtol=1e-5)
    assert train.arrays[1] is labels
    assert train.name == "t"


def test_inputs_are_not_modified():
    before = TRAIN.copy()
    standardize(TRAIN, TEST)
    normalize(TRAIN, TEST)
    np.testing.assert_array_equal(TRAIN, before)


def test_integers_are_refused():
    with pytest.raises(DTypeError, match=r"Standardize: x must be .*, got uint8; convert"):
        Standardize().fit(np.ones((2, 2), dtype=np.uint8))


def test_a_transform_before_fit_is_refused():
    with pytest.raises(ArgumentError, match=r"Normalize: .* call fit\(training_data\) first"):
        Normalize().transform(TEST)


def test_an_empty_interval_is_refused():
    with pytest.raises(ArgumentError, match=r"low must be < high, got 1.0 and 1.0; usual are"):
        Normalize(1.0, 1.0)


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_one_hot_puts_a_one_at_the_label(backend, dtype):
    labels = np.asarray([2, 0, 1, 2], dtype=dtype)
    rows = one_hot(backend.asarray(labels), 3)
    assert device_of(rows) == backend.device
    assert rows.dtype == backend.xp.float32
    np.testing.assert_array_equal(to_numpy(rows), np.eye(3)[labels])


def test_one_hot_refuses_labels_that_are_no_integers(backend):
    with pytest.raises(DTypeError, match="labels must be integers, got float32; convert them"):
        one_hot(backend.asarray(np.asarray([1.0], dtype=np.float32)), 3)


@pytest.mark.parametrize("labels", [[0, 3], [-1, 2]])
def test_one_hot_refuses_labels_out_of_range(backend, labels):
    message = f"from 0 to 2, got {labels[0]} to {labels[1]}; labels count from 0"
    with pytest.raises(DataError, match=message):
        one_hot(backend.asarray(np.asarray(labels)), 3)
