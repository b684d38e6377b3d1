from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xpnet.backend import device_of, to_numpy
from xpnet.data import ArrayDataset, split
from xpnet.errors import ArgumentError, DataError, ShapeError

Y = np.repeat([0, 1, 2], [50, 30, 20])
X = np.arange(100, dtype=np.float32)


@pytest.mark.parametrize("stratify", [False, True])
def test_parts_share_no_sample_and_miss_none(stratify):
    parts = split(ArrayDataset(X, Y), (0.5, 0.3, 0.2), stratify=stratify)
    assert [len(part) for part in parts] == [50, 30, 20]
    assert sorted(np.concatenate([part.arrays[0] for part in parts])) == X.tolist()


def test_a_stratified_split_keeps_the_shares_of_the_classes():
    parts = split(ArrayDataset(X, Y), (0.6, 0.4), stratify=True)
    counts = [np.bincount(part.arrays[1]).tolist() for part in parts]
    assert counts == [[30, 18, 12], [20, 12, 8]]


def test_classes_may_be_given_apart():
    part, _ = split(ArrayDataset(X), 0.5, stratify=Y)
    assert np.bincount(Y[part.arrays[0].astype(int)]).tolist() == [25, 15, 10]


def test_parts_are_in_random_order():
    part, _ = split(ArrayDataset(X, Y), 0.5, stratify=True)
    assert len(set(part.arrays[1][:10].tolist())) > 1


def test_the_seed_determines_the_parts():
    first, again, other = (split(ArrayDataset(X), 0.5, seed=s)[0].arrays[0] for s in (1, 1, 2))
    assert first.tolist() == again.tolist() != other.tolist()


def test_parts_are_the_same_on_every_device_and_stay_there(backend):
    data = ArrayDataset(backend.asarray(X), backend.asarray(Y), class_names="abc", name="d")
    for part, host in zip(
        split(data, (0.7, 0.3), stratify=True),
        split(ArrayDataset(X, Y), (0.7, 0.3), stratify=True),
        strict=True,
    ):
        assert device_of(part.arrays[0]) == backend.device
        np.testing.assert_array_equal(to_numpy(part.arrays[0]), host.arrays[0])
        assert (part.name, part.class_names) == ("d", ("a", "b", "c"))


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=6),
    st.lists(st.integers(1, 9), min_size=2, max_size=4),
)
def test_sizes_are_right_to_within_one_for_each_cut(class_sizes, weights):
    y = np.repeat(np.arange(len(class_sizes)), class_sizes)
    fractions = [weight / sum(weights) for weight in weights]
    try:
        parts = split(ArrayDataset(y), fractions, stratify=True)
    except DataError:
        assert min(fractions) * y.size < len(weights)
        return
    assert sum(len(part) for part in parts) == y.size
    for part, fraction in zip(parts, fractions, strict=True):
        counts = np.bincount(part.arrays[0], minlength=len(class_sizes))
        wanted = fraction * np.asarray(class_sizes)
        assert abs(counts - wanted).max() <= len(weights)


@pytest.mark.parametrize("fractions", [(0.5, 0.6), (0.5, 0.4), (1.0, 0.0), (1.5, -0.5), (), 1.0])
def test_fractions_that_are_no_partition_are_refused(fractions):
    with pytest.raises(ArgumentError, match=r"must be positive and add up to 1, got .*; for exam"):
        split(ArrayDataset(X), fractions)


def test_a_part_without_samples_is_refused():
    with pytest.raises(DataError, match=r"must have a sample, got \[100, 0\] of 100 .*; use fewer"):
        split(ArrayDataset(X), (0.999, 0.001))


def test_classes_of_another_shape_are_refused():
    with pytest.raises(ShapeError, match=r"\(100,\), got \(99,\); pass the labels as stratify="):
        split(ArrayDataset(X), 0.5, stratify=Y[1:])
