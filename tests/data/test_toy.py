from __future__ import annotations

import numpy as np
import pytest

from xpnet.data import blobs, circles, line, linearly_separable, moons, sine, spirals
from xpnet.errors import ArgumentError

CLOUDS = [blobs, moons, circles, spirals]
CURVES = [line, sine]

clouds = pytest.mark.parametrize("make", CLOUDS, ids=lambda f: f.__name__)
curves = pytest.mark.parametrize("make", CURVES, ids=lambda f: f.__name__)
everything = pytest.mark.parametrize("make", CLOUDS + CURVES, ids=lambda f: f.__name__)


@everything
def test_the_seed_determines_the_points(make):
    first, again, other = make(20, seed=1), make(20, seed=1), make(20, seed=2)
    for a, b in zip(first.arrays, again.arrays, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first.arrays[0], other.arrays[0])


@clouds
@pytest.mark.parametrize("n", [30, 31])
def test_clouds_have_float32_points_and_int64_classes_of_equal_size(make, n):
    x, y = make(n).arrays
    assert (x.shape, x.dtype) == ((n, 2), np.float32)
    assert (y.shape, y.dtype) == ((n,), np.int64)
    assert np.ptp(np.bincount(y)) <= 1


@clouds
def test_classes_come_in_random_order(make):
    y = make(60).arrays[1]
    assert np.count_nonzero(np.diff(y)) > 10
    assert (y[:10] != np.sort(y)[:10]).any()


@curves
def test_curves_have_float32_columns(make):
    x, y = make(30).arrays
    assert x.shape == y.shape == (30, 1)
    assert x.dtype == y.dtype == np.float32
    assert abs(x).max() <= 1


@pytest.mark.parametrize("make", [blobs, spirals], ids=lambda f: f.__name__)
def test_the_number_of_classes_can_be_chosen(make):
    assert set(make(50, classes=5).arrays[1].tolist()) == set(range(5))


def test_blobs_lie_around_their_centres():
    x, y = blobs(3000, features=4, spread=0.5).arrays
    assert x.shape == (3000, 4)
    for k in range(3):
        np.testing.assert_allclose(x[y == k].std(axis=0), 0.5, rtol=0.1)


def test_moons_without_noise_are_half_circles():
    x, y = moons(100, noise=0.0).arrays
    upper, lower = x[y == 0], x[y == 1] - np.asarray([1.0, 0.5], dtype=np.float32)
    np.testing.assert_allclose(np.linalg.norm(upper, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(lower, axis=1), 1, rtol=1e-5)
    assert upper[:, 1].min() >= 0 >= lower[:, 1].max()


def test_spirals_stay_in_the_unit_disc():
    assert np.linalg.norm(spirals(200, noise=0.0).arrays[0], axis=1).max() <= 1


def test_a_line_and_a_sine_without_noise_are_exact():
    x, y = line(50, slope=3.0, intercept=1.0, noise=0.0).arrays
    np.testing.assert_allclose(y, 3 * x + 1, atol=1e-6)
    x, y = sine(50, periods=2.0, noise=0.0).arrays
    np.testing.assert_allclose(y, np.sin(2 * np.pi * x), atol=1e-6)


@everything
def test_no_points_are_refused(make):
    with pytest.raises(ArgumentError, match=f"{make.__name__}: n must be >= .*, got 0; a usual"):
        make(0)


@pytest.mark.parametrize(
    "call",
    [lambda: blobs(classes=0), lambda: spirals(classes=0), lambda: blobs(features=0),
     lambda: linearly_separable(features=0), lambda: linearly_separable(n=1)],
)  # fmt: skip
def test_numbers_that_make_no_sense_are_refused(call):
    with pytest.raises(ArgumentError, match=r"must be >= .*; a usual value is"):
        call()
