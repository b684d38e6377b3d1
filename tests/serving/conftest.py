from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.serving import Predictor
from xpnet.serving.ink import ink_of


@pytest.fixture(scope="session")
def digits_file(tmp_path_factory):
    """A model file of a network trained on the embedded digits, as `xpnet train` leaves it."""
    path = tmp_path_factory.mktemp("digits") / "digits.safetensors"
    train, _ = xn.data.load_digits()
    with xn.device("cpu"):
        xn.manual_seed(0)
        model = xn.nn.Sequential(
            xn.nn.Conv2d(1, 8, 3, padding=1), xn.nn.ReLU(), xn.nn.MaxPool2d(2), xn.nn.Flatten(),
            xn.nn.Linear(128, 10),
        )  # fmt: skip
        trainer = xn.Trainer(model, "adam", loss="cross_entropy")
        trainer.fit(train, epochs=15, batch_size=32, progress=False)
        notes = {
            "input_shape": [1, 8, 8],
            "class_names": [str(k) for k in range(10)],
            "divisor": 255,
            "ink": ink_of(train.arrays[0]),
        }
        xn.save(model, path, notes=notes)
    return path


@pytest.fixture(scope="session")
def digits_predictor(digits_file):
    return Predictor(digits_file, device="cpu")


@pytest.fixture
def rng():
    return np.random.default_rng(0)
