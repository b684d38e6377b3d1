from __future__ import annotations

import numpy as np
import pytest

from xpnet.data import load_digits
from xpnet.errors import ArgumentError


def test_images_are_float32_from_0_to_1_and_labels_int64():
    for part, n in zip(load_digits(), (1438, 359), strict=True):
        images, labels = part.arrays
        assert (images.shape, images.dtype) == ((n, 1, 8, 8), np.float32)
        assert (labels.shape, labels.dtype) == ((n,), np.int64)
        assert (images.min(), images.max()) == (0, 1)
        assert part.class_names == tuple("0123456789")


def test_flatten_makes_rows_of_the_same_images():
    whole, flat = load_digits()[0], load_digits(flatten=True)[0]
    np.testing.assert_array_equal(flat.arrays[0], whole.arrays[0].reshape(-1, 64))


def test_every_digit_has_its_share_in_both_parts():
    train, test = load_digits(test_size=0.25)
    in_test, in_all = (np.bincount(y) for y in (test.arrays[1], np.concatenate(
        [train.arrays[1], test.arrays[1]])))  # fmt: skip
    assert abs(in_test - 0.25 * in_all).max() <= 1


def test_the_parts_share_no_image():
    # a few images occur twice in the original data, so images are counted, not compared
    train, test = load_digits(flatten=True)
    together = np.concatenate([train.arrays[0], test.arrays[0]])
    assert len(together) == 1797
    digits = pytest.importorskip("sklearn.datasets").load_digits()
    assert sorted(map(tuple, together * 16)) == sorted(map(tuple, digits.data))


def test_images_and_labels_stay_together():
    digits = pytest.importorskip("sklearn.datasets").load_digits()
    label_of = {tuple(x): y for x, y in zip(digits.data, digits.target, strict=True)}
    for x, y in load_digits(flatten=True, seed=3)[1]:
        assert label_of[tuple(x * 16)] == y


def test_the_seed_determines_the_split():
    first, again, other = (load_digits(seed=s)[1].arrays[0] for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_writing_to_the_arrays_does_not_change_the_next_call():
    load_digits()[0].arrays[0][...] = 7
    assert load_digits()[0].arrays[0].max() == 1


@pytest.mark.parametrize("test_size", [0, 1, -0.1, 300])
def test_a_test_size_that_is_no_share_is_refused(test_size):
    with pytest.raises(ArgumentError, match=f"between 0 and 1, got {test_size}; a usual value is"):
        load_digits(test_size=test_size)
