"""Digits from elsewhere are recognised as those of the data set are."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn

pytest.importorskip("PIL.Image", reason="Pillow scales images")

from benchmarks.recognition import CHANGES, accuracy


@pytest.fixture(scope="module")
def digits():
    x, y = (a[:100] for a in xn.data.load_digits()[1].arrays)
    return np.round(255 * x[:, 0]).astype(np.uint8), y


@pytest.mark.parametrize("name", CHANGES)
def test_accuracy_stays_near_that_of_the_originals(digits_predictor, digits, name):
    original = accuracy(digits_predictor, *digits, CHANGES["as they are"])
    assert original > 0.93
    # eight pixels leave little room: a few digits more are lost than with the 28 of MNIST
    assert accuracy(digits_predictor, *digits, CHANGES[name]) > original - 0.09
