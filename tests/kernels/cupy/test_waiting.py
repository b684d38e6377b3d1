"""Nothing in a training waits for the GPU between two looks at loss and metrics."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np
import pytest

import xpnet as xn
from tests.kernels.cupy import emulated
from tests.kernels.cupy.standin.device import WaitingError, somebody_may_wait
from tests.kernels.cupy.test_training import IMAGES, LABELS, NUMBERS, WEIGHTS, Recurrent, lenet, mlp
from xpnet import kernels, nn, optim
from xpnet.backend.libraries.cupy_recorder import CuPyRecorder

STEPS = 7
"""Of an epoch."""


class NobodyWaits(xn.training.Callback):
    """From the beginning of an epoch to its last step, waiting is an error."""

    def on_train_begin(self, trainer):
        self.block = ExitStack()

    def on_epoch_begin(self, trainer):
        self.block.enter_context(emulated.nobody_waits())

    def on_step_end(self, trainer):
        if trainer.step % STEPS == 0:
            self.block.close()

    on_train_end = on_train_begin


class Looking(xn.training.Callback):
    """Looks at a parameter after each step."""

    def on_step_end(self, trainer):
        float(next(trainer.model.parameters()).data[0, 0])


def on_gpu(data):
    with xn.device("cuda"):
        return tuple(map(xn.asarray, data))


def fit(make=mlp, data=(IMAGES, LABELS), resident=False, optimizer=None, callbacks=(), **options):
    xn.manual_seed(3)
    with xn.device("cuda"):
        model = make()
        made = optimizer(model.parameters()) if optimizer else "adam"
        callbacks = [NobodyWaits(), *callbacks]
        trainer = xn.Trainer(model, made, callbacks=callbacks, log_every=1000, **options)
        trainer.fit(on_gpu(data) if resident else data, epochs=2, batch_size=8, progress=False)
    assert trainer.step == 2 * STEPS


def test_the_test_would_see_it(gpu):
    with pytest.raises(WaitingError, match="float waits for the GPU"):
        fit(callbacks=[Looking()])


CASES = {
    "data on the host": {},
    "data on the device": {"resident": True},
    "lenet": {"make": lenet},
    "lstm": {"make": Recurrent},
    "batch norm": {"make": lambda: lenet(nn.BatchNorm2d(3))},
    "layer norm": {"make": lambda: mlp(nn.LayerNorm(12))},
    "dropout": {"make": lambda: mlp(nn.Dropout(0.5))},
    "gelu": {"make": lambda: mlp(nn.GELU())},
    "weights": {"data": (IMAGES, LABELS, WEIGHTS)},
    "clipped": {"clip_norm": 0.1},
    "metrics": {"metrics": ["accuracy", "top_2", "f1"]},
    "sgd": {"optimizer": lambda p: optim.SGD(p, lr=0.1, momentum=0.9)},
    "adamw": {"optimizer": lambda p: optim.AdamW(p)},
    "numbers": {
        "make": lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 2)),
        "data": (IMAGES, NUMBERS),
        "loss": "mse_loss",
        "metrics": ["mae", "r2"],
    },
}
every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_a_training_does_not_wait(gpu, case):
    fit(**CASES[case])


@every_case
def test_a_recorded_training_does_not_wait(gpu, case, monkeypatch):
    real, recordings = CuPyRecorder._make_room, []

    def make_room(self):
        recordings.append(self)
        with somebody_may_wait():  # before a recording, of which there are few
            real(self)

    monkeypatch.setattr(CuPyRecorder, "_make_room", make_room)
    fit(**CASES[case], capture=True)
    assert len(recordings) == 1


@every_case
def test_the_generic_code_does_not_wait(gpu, case):
    with kernels.disabled():
        fit(**CASES[case])


def test_a_thread_that_loads_does_not_make_the_loop_wait(gpu):
    with xn.device("cuda"):
        loader = xn.data.DataLoader((IMAGES, LABELS), 8, prefetch=2)
        trainer = xn.Trainer(mlp(), "adam", callbacks=[NobodyWaits()], log_every=1000)
        trainer.fit(loader, epochs=2, progress=False)
    assert np.isfinite(trainer.history.rows[-1]["loss"])
