"""Whole trainings on the stand-in for CuPy: as on NumPy, without waiting, and recorded."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import kernels, nn, optim

rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((52, 1, 8, 8)).astype("float32")
LABELS = rng.integers(0, 3, 52)
NUMBERS = rng.standard_normal((52, 2)).astype("float32")
WEIGHTS = rng.random(52).astype("float32") + 0.5


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)


class Recurrent(nn.Module):
    """The rows of an image one after the other."""

    def __init__(self):
        self.lstm, self.output = nn.LSTM(8, 6), nn.Linear(6, 3)

    def forward(self, x):
        # (N, 1, T, D) -> (T, N, D)
        xp = xn.namespace(x)
        rows = xp.permute_dims(x[:, 0, ...], (1, 0, 2))
        return self.output(self.lstm(rows)[0][-1, ...])


def mlp(*more):
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 12), nn.ReLU(), *more, nn.Linear(12, 3))


def lenet(*more):
    return nn.Sequential(
        *(nn.Conv2d(1, 3, 3, padding=1), *more, nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16, 3)),
    )


NETWORKS = {"mlp": mlp, "lenet": lenet, "lstm": Recurrent}


def train(make=mlp, device="cuda", data=(IMAGES, LABELS), epochs=3, optimizer=None, **options):
    """Return the trainer after some epochs, and parameters and buffers on the host."""
    xn.manual_seed(3)
    with xn.device(device):
        model = make()
        made = (optimizer or (lambda p: optim.Adam(p, lr=1e-2)))(model.parameters())
        if callable(options.get("schedule")):
            options["schedule"] = options["schedule"](made)
        trainer = xn.Trainer(model, made, **options)
        trainer.fit(data, epochs=epochs, batch_size=8, seed=1, progress=False)
        state = {name: xn.to_numpy(x).copy() for name, x in model.state_dict().items()}
    return trainer, state


def columns(trainer):
    timed = ("seconds", "samples_per_second")
    return [{k: v for k, v in row.items() if k not in timed} for row in trainer.history]


def replayed(trainer):
    return trainer.steps_replayed


# ---- as on NumPy ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_a_training_is_that_on_numpy(gpu, name):
    with xn.device("cpu"):
        expected, expected_state = train(NETWORKS[name], "cpu")
    trainer, state = train(NETWORKS[name])
    for row, wanted in zip(columns(trainer), columns(expected), strict=True):
        assert row == pytest.approx(wanted, rel=1e-4)
    for key, value in state.items():
        np.testing.assert_allclose(value, expected_state[key], rtol=1e-2, atol=1e-4)


# ---- recorded ------------------------------------------------------------------------------------


def schedule(optimizer):
    return optim.OneCycleLR(optimizer, max_lr=0.05, total_steps=21)


CASES = {
    "mlp": {},
    "lenet": {"make": lenet},
    "lstm": {"make": Recurrent},
    "batch norm": {"make": lambda: lenet(nn.BatchNorm2d(3))},
    "mean of batch norm": {"make": lambda: mlp(nn.BatchNorm1d(12, momentum=None))},
    "dropout": {"make": lambda: mlp(nn.Dropout(0.5), nn.Dropout(0.2))},
    "dropout of channels": {"make": lambda: lenet(nn.Dropout2d(0.5))},
    "layer norm": {"make": lambda: mlp(nn.LayerNorm(12))},
    "sgd": {"optimizer": lambda p: optim.SGD(p, lr=0.1)},
    "momentum": {"optimizer": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=1e-2)},
    "adamw": {"optimizer": lambda p: optim.AdamW(p, lr=0.01)},
    "lion": {"optimizer": lambda p: optim.Lion(p, lr=0.01)},
    "rmsprop": {"optimizer": lambda p: optim.RMSprop(p, lr=0.01)},
    "adagrad": {"optimizer": lambda p: optim.Adagrad(p, lr=0.01, lr_decay=0.1)},
    "clipped": {"clip_norm": 0.1},
    "schedule": {"schedule": schedule, "schedule_every": "step"},
    "schedule of epochs": {"schedule": lambda o: optim.ExponentialLR(o, 0.5)},
    "accumulated": {"accumulate": 2, "epochs": 4},
    "accumulated dropout": {"accumulate": 2, "epochs": 4, "make": lambda: mlp(nn.Dropout(0.5))},
    "weights": {"data": (IMAGES, LABELS, WEIGHTS)},
    "numbers": {
        "make": lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 2)),
        "data": (IMAGES, NUMBERS),
        "loss": "mse_loss",
        "metrics": ["mae", "r2"],
    },
    "logged often": {"log_every": 1},
}


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_training_is_bit_by_bit_that_which_is_not(gpu, case):
    plain, state = train(**CASES[case])
    trainer, recorded = train(**CASES[case], capture=True)
    assert columns(trainer) == columns(plain)
    for key, value in recorded.items():
        np.testing.assert_array_equal(value, state[key], err_msg=key)
    assert replayed(plain) == 0
    if "accumulate" not in CASES[case]:
        assert replayed(trainer) == 3 * 6 - 2 + 1  # the smaller batch has come three times
    assert replayed(trainer) > 5
