from __future__ import annotations

import numpy as np
import pytest

from xpnet.data import linearly_separable
from xpnet.errors import ArgumentError


@pytest.mark.parametrize("features", [1, 2, 10, 500])
@pytest.mark.parametrize("margin", [1e-4, 0.2, 5.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_every_point_keeps_the_margin(features, margin, seed):
    dataset, (w, b) = linearly_separable(200, features, margin, signed=True, seed=seed)
    x, y = dataset.arrays
    assert (x.shape, x.dtype, y.dtype, w.dtype) == ((200, features), "f4", "i8", "f4")
    w = w.astype(np.float64)
    distances = y * (x.astype(np.float64) @ w + b) / np.linalg.norm(w)
    assert distances.min() >= margin
    assert distances.min() < margin + 0.2  # the margin is used, not just kept


def test_the_normal_vector_has_length_one():
    _, (w, _) = linearly_separable(features=30)
    assert abs(np.linalg.norm(w.astype(np.float64)) - 1) < 1e-6


def test_classes_are_zero_and_one_unless_signed():
    assert np.bincount(linearly_separable(10)[0].arrays[1]).tolist() == [5, 5]
    assert set(linearly_separable(10, signed=True)[0].arrays[1].tolist()) == {-1, 1}


def test_the_seed_determines_the_points_and_the_hyperplane():
    (a, (w, b)), (a2, (w2, b2)), (_, (_, b3)) = (linearly_separable(seed=s) for s in (4, 4, 5))
    np.testing.assert_array_equal(a.arrays[0], a2.arrays[0])
    assert w.tolist() == w2.tolist()
    assert b == b2 != b3


@pytest.mark.parametrize("seed", range(5))
def test_the_perceptron_rule_needs_no_more_corrections_than_novikoff_says(seed):
    margin = 0.3
    dataset, (_, b) = linearly_separable(60, margin=margin, signed=True, seed=seed)
    x, y = dataset.arrays
    rows = np.concatenate([x, np.ones((60, 1))], axis=1)
    weights, corrections, mistaken = np.zeros(3), 0, True
    while mistaken:
        mistaken = False
        for row, label in zip(rows, y, strict=True):
            if label * (row @ weights) <= 0:
                weights = weights + label * row
                corrections += 1
                mistaken = True
    radius = np.linalg.norm(rows, axis=1).max()
    assert corrections <= (radius / margin) ** 2 * (1 + b**2)


@pytest.mark.parametrize("margin", [0.0, -1.0, float("nan")])
def test_a_margin_that_is_none_is_refused(margin):
    with pytest.raises(ArgumentError, match=f"margin must be > 0, got {margin}; a usual value is"):
        linearly_separable(margin=margin)
