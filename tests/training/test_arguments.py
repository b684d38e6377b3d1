"""What a trainer accepts, and what it makes of it."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.errors import DataError

X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)


def columns(loss, y, **options):
    trainer = xn.Trainer(nn.Sequential(nn.Linear(3, 3)), "sgd", loss=loss, **options)
    return trainer.fit((X, y), progress=False).columns


def test_accuracy_is_measured_where_the_loss_is_one_for_classes():
    assert "accuracy" in columns("cross_entropy", np.asarray([0, 1, 2, 1]))
    assert "accuracy" not in columns("mse", X)


def test_one_metric_may_be_given_without_a_list():
    assert "mae" in columns("mse", X, metrics="mae")


def test_labels_that_cross_entropy_ignores_are_no_error():
    assert "loss" in columns("cross_entropy", np.asarray([0, -100, 2, 1]))


@pytest.mark.parametrize("give", ["padding", "lengths"])
def test_sequences_of_several_lengths_need_a_loop(give):
    trainer = xn.Trainer(nn.Sequential(nn.Linear(3, 3)), "sgd")
    loader = xn.data.SequenceLoader([[1.0], [2.0, 3.0]], [0, 1], give=give)
    for use in (trainer.fit, trainer.evaluate):
        with pytest.raises(DataError, match=f"loop yourself: for x, {give}, y in loader"):
            use(loader)
