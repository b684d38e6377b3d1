from __future__ import annotations

import os

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import ArgumentError, ModelFileError
from xpnet.training import Callback, Checkpoint

DATA = np.eye(4, dtype=np.float32), np.asarray([0, 1, 0, 1])


class Losses(Callback):
    def __init__(self, values):
        self.values = iter(values)

    def on_epoch_end(self, trainer, logs):
        logs["loss"] = next(self.values)


def train(checkpoint, losses):
    model = xn.models.SoftmaxRegression(4, 2)
    optimizer = xn.optim.SGD(model.parameters(), lr=0.1)
    trainer = xn.Trainer(model, optimizer, callbacks=[Losses(losses), checkpoint])
    trainer.fit(DATA, epochs=len(losses), progress=False)
    return model


def test_the_best_model_is_in_the_file(tmp_path):
    class Weights(Checkpoint):
        seen = []

        def on_epoch_end(self, trainer, logs):
            super().on_epoch_end(trainer, logs)
            self.seen.append(trainer.model.linear.weight.data.copy())

    train(Weights(tmp_path / "best.safetensors", "loss"), [3.0, 1.0, 2.0])
    loaded = xn.load(tmp_path / "best.safetensors").linear.weight.data
    np.testing.assert_array_equal(loaded, Weights.seen[1])


def test_every_epoch_can_have_its_file(tmp_path):
    path = tmp_path / "{epoch:02d}-{loss:.1f}.safetensors"
    train(Checkpoint(path, best_only=False), [3.0, 1.0, 2.0])
    names = ["01-3.0.safetensors", "02-1.0.safetensors", "03-2.0.safetensors"]
    assert sorted(os.listdir(tmp_path)) == names


def test_without_best_only_the_last_model_is_in_the_file(tmp_path):
    path = tmp_path / "last.safetensors"
    model = train(Checkpoint(path, best_only=False), [1.0, 2.0])
    np.testing.assert_array_equal(xn.load(path).linear.weight.data, model.linear.weight.data)


def test_a_missing_folder_is_an_error_before_the_first_epoch(tmp_path):
    with pytest.raises(ModelFileError, match="Checkpoint: path must be in an existing folder"):
        train(Checkpoint(tmp_path / "missing" / "model.safetensors"), [1.0])


def test_an_unknown_column_in_the_name_is_an_error(tmp_path):
    with pytest.raises(ArgumentError, match="path may hold the columns epoch, loss"):
        train(Checkpoint(tmp_path / "{step}.safetensors"), [1.0])
