"""Training with scores (N, K, H, W) and a label for each pixel, (N, H, W)."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.backend import to_numpy
from xpnet.data import DataLoader, make_shapes
from xpnet.data.augmentation import Compose, Rotate, Shift
from xpnet.errors import DataError, DTypeError, ShapeError

X, Y = make_shapes(6, size=8, classes=("circle", "square")).arrays


def trainer_of():
    return xn.Trainer(nn.Conv2d(3, 3, 3, padding=1), "adam", metrics=["accuracy", "iou"])


def test_the_loss_is_the_mean_over_pixels(backend):
    trainer = trainer_of()
    measured = trainer.evaluate((backend.asarray(X), backend.asarray(Y)), batch_size=4)
    scores = to_numpy(trainer.predict(backend.asarray(X))).astype(np.float64)
    logp = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    own = np.take_along_axis(logp, Y[:, None], axis=1)
    assert measured["loss"] == pytest.approx(-own.mean(), rel=1e-5)
    assert measured["accuracy"] == pytest.approx(np.mean(scores.argmax(axis=1) == Y))


def test_pixels_that_rotation_brings_in_can_be_left_out(backend):
    augment = Compose(Shift(2, mask_fill=-100), Rotate(30, mask_fill=-100))
    data = (backend.asarray(X), backend.asarray(Y))
    loader = DataLoader(data, batch_size=3, transform=augment)
    assert any(bool((to_numpy(y) == -100).any()) for _, y in loader)
    trainer = trainer_of()
    history = trainer.fit(loader, validation=data, epochs=4, progress=False)
    assert history["loss"][-1] < history["loss"][0]
    assert 0 <= history["iou"][-1] <= 1


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (Y.astype(np.float32), DTypeError, "target must be integer class labels, got float32"),
        (Y[:, :4], ShapeError, r"labels of shape \(6, 8, 8\) .* got \(6, 4, 8\)"),
        (Y - 1, DataError, "must be classes from 0, got -1"),
    ],
)
def test_masks_that_make_no_sense_are_an_error(y, error, message):
    with pytest.raises(error, match=message):
        trainer_of().fit((X, y), batch_size=6, progress=False)
