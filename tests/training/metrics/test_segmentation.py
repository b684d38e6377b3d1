"""Metrics of images with a label for each pixel."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.backend import to_numpy
from xpnet.errors import ShapeError
from xpnet.training import metrics
from xpnet.training.metrics import by_name

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(5, 3, 4, 6)).astype(np.float32)
LABELS = np.where(RNG.uniform(size=(5, 4, 6)) < 0.6, SCORES.argmax(axis=1), 2)
PIXELS = SCORES.transpose(0, 2, 3, 1).reshape(-1, 3)  # (N H W, K)


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1", "iou"])
def test_pixels_of_images_count_as_samples(backend, name):
    value = by_name(name)(backend.asarray(SCORES), backend.asarray(LABELS))
    expected = by_name(name)(PIXELS, LABELS.reshape(-1))
    assert float(value) == pytest.approx(float(expected), rel=1e-6)


def test_the_iou_follows_its_definition_on_sets_of_pixels(backend):
    shares = metrics.iou(backend.asarray(SCORES), backend.asarray(LABELS), average="none")
    classes = np.arange(3)[:, None, None, None]
    predicted, true = SCORES.argmax(axis=1) == classes, np.equal(LABELS, classes)
    expected = (predicted & true).sum(axis=(1, 2, 3)) / (predicted | true).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(to_numpy(shares), expected)


def test_pixels_without_a_class_are_left_out(backend):
    y = LABELS.copy()
    y[:, :2] = -100
    value = metrics.iou(backend.asarray(SCORES), backend.asarray(y))
    expected = metrics.iou(SCORES[:, :, 2:], LABELS[:, 2:])
    assert float(value) == pytest.approx(float(expected), rel=1e-6)
    accuracy = metrics.accuracy(backend.asarray(SCORES), backend.asarray(y))
    expected = metrics.accuracy(SCORES[:, :, 2:], LABELS[:, 2:])
    assert float(accuracy) == pytest.approx(float(expected), rel=1e-6)


def test_one_score_for_each_pixel_is_positive_for_class_one(backend):
    y = (LABELS > 0).astype(np.int64)
    score = backend.asarray(SCORES[:, :1])
    expected = float(np.mean((SCORES[:, 0] > 0) == y))
    assert float(metrics.accuracy(score, backend.asarray(y))) == pytest.approx(expected)


def test_masks_of_another_size_are_an_error():
    with pytest.raises(ShapeError, match=r"one label for each output, \(5, 4, 6\), got"):
        metrics.iou(SCORES, LABELS[:, :3])


def test_a_count_is_exact_beyond_what_float32_holds():
    y = np.zeros((3, 2900, 2900), dtype=np.int64)  # 25 million pixels
    matrix = metrics.confusion_matrix(y, y, classes=2)
    assert matrix.tolist() == [[y.size, 0], [0, 0]]
