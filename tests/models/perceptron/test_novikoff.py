"""The bound on the number of corrections, and the widest separator behind it."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import ArgumentError, DataError, ShapeError
from xpnet.models import perceptron


def separable(n=80, features=3, margin=0.1, seed=0):
    dataset, hyperplane = xn.data.linearly_separable(n, features, margin, signed=True, seed=seed)
    return *dataset.arrays, hyperplane


def signed(x, y):
    return y[:, None] * np.c_[x, np.ones(len(x))].astype(np.float64)


def test_radius_and_margin_are_those_of_the_separator(backend):
    x, y, (w, b) = separable()
    found = perceptron.bound(backend.asarray(x), backend.asarray(y), (backend.asarray(w), b))
    z, v = signed(x, y), np.append(w, b).astype(np.float64)
    assert found.radius == pytest.approx(np.linalg.norm(z, axis=1).max())
    assert found.margin == pytest.approx((z @ v).min() / np.linalg.norm(v))
    assert found.updates == math.floor((found.radius / found.margin) ** 2)
    assert np.append(found.w, found.b) == pytest.approx(v / np.linalg.norm(v))


def test_the_separator_found_is_the_same_on_every_backend(backend):
    x, y, _ = separable()
    assert perceptron.bound(backend.asarray(x), backend.asarray(y)).updates == (
        perceptron.bound(x, y).updates
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("features", [1, 2, 7])
def test_the_margin_found_is_the_largest(features, seed):
    x, y, hyperplane = separable(60, features, 0.05, seed)
    found, z = perceptron.bound(x, y), signed(x, y)
    u = np.append(found.w, found.b)
    assert np.linalg.norm(u) == pytest.approx(1)
    assert found.margin == pytest.approx((z @ u).min())
    assert found.margin >= perceptron.bound(x, y, hyperplane).margin
    # No unit vector has a larger margin than the norm of any mean of the samples; here is a mean
    # with that norm, found by non-negative least squares.
    optimize = pytest.importorskip("scipy.optimize")
    nearest = optimize.nnls(np.vstack([1e4 * np.ones(len(z)), z.T]),
                            np.append(1e4, np.zeros(features + 1)))[0]  # fmt: skip
    mean = nearest / nearest.sum() @ z
    assert found.margin == pytest.approx(np.linalg.norm(mean), rel=1e-5)


def test_two_samples_have_their_bound_by_hand():
    # z = (1, 1) and (1, -1): u = (1, 0), margin 1, radius sqrt 2
    found = perceptron.bound(np.asarray([[1.0], [-1.0]]), np.asarray([1, -1]))
    assert found.w == pytest.approx([1.0])
    assert found.b == pytest.approx(0.0)
    assert found.margin == pytest.approx(1.0)
    assert found.radius == pytest.approx(math.sqrt(2))


def test_and_needs_18_corrections_where_51_are_allowed():
    x, y = xn.data.logic_gate("and").arrays
    y = 2 * y - 1
    found = perceptron.bound(x, y)
    # u = (2, 2, -3) / sqrt 17: margins 1 at (0, 1), (1, 0), (1, 1); 3 (1 / 17)⁻¹ = 51
    assert found.margin == pytest.approx(1 / math.sqrt(17))
    assert found.updates == 51
    assert perceptron.learn(x, y).updates == 18


def test_repeated_samples_change_nothing():
    x, y, _ = separable()
    twice = perceptron.bound(np.concatenate([x, x]), np.concatenate([y, y]))
    assert twice.updates == perceptron.bound(x, y).updates


@pytest.mark.parametrize("name", ["xor", "moons"])
def test_of_classes_that_nothing_separates_there_is_no_bound(name):
    dataset = xn.data.logic_gate("xor") if name == "xor" else xn.data.moons(100)
    x, y = dataset.arrays
    with pytest.raises(
        DataError, match=r"two sides of a hyperplane, got a margin of .*use learn_p"
    ):
        perceptron.bound(x, 2 * y - 1)


def test_a_separator_that_does_not_separate_is_refused():
    x, y, (w, b) = separable()
    for wrong in ((-w, -b), (0 * w, 0.0)):
        with pytest.raises(DataError, match=r"by separator, the classes must lie .* leave it out"):
            perceptron.bound(x, y, wrong)
    with pytest.raises(ShapeError, match=r"w of shape \(3,\), got \(2,\) and b of \(\); one"):
        perceptron.bound(x, y, (w[:2], b))
    with pytest.raises(ArgumentError, match=r"separator must be \(w, b\), got ndarray; w is an"):
        perceptron.bound(x, y, w)
    with pytest.raises(DataError, match=r"perceptron\.bound: y must be -1 and 1"):
        perceptron.bound(x, y > 0)
