"""Recorded steps give what steps give that are not, on a GPU; elsewhere there is a warning.

`tests/kernels/cupy/test_training.py` shows the same on a stand-in for CuPy, on every machine.
"""

from __future__ import annotations

import warnings
from contextlib import nullcontext

import numpy as np
import pytest

import xpnet as xn
from xpnet import kernels, nn, optim

rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((52, 1, 8, 8)).astype("float32")
LABELS = rng.integers(0, 3, 52)


def mlp(*more):
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 12), nn.ReLU(), *more, nn.Linear(12, 3))


def lenet():
    return nn.Sequential(
        *(nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16, 3)),
    )


class Recurrent(nn.Module):
    """The rows of an image one after the other."""

    def __init__(self):
        self.lstm, self.output = nn.LSTM(8, 6), nn.Linear(6, 3)

    def forward(self, x):
        xp = xn.namespace(x)
        rows = xp.permute_dims(x[:, 0, ...], (1, 0, 2))  # (N, 1, T, D) -> (T, N, D)
        return self.output(self.lstm(rows)[0][-1, ...])


CASES = {
    "mlp": (mlp, {}),
    "dropout": (lambda: mlp(nn.Dropout(0.5)), {"clip_norm": 0.5}),
    "lenet": (lenet, {"optimizer": lambda p: optim.SGD(p, lr=0.1, momentum=0.9)}),
    "lstm": (Recurrent, {"accumulate": 2}),
}


@pytest.fixture(autouse=True)
def _kernels_on(monkeypatch):
    monkeypatch.setattr(kernels.registry, "_enabled", True)


def trained(make, capture, optimizer=None, prefetch=0, **options):
    xn.manual_seed(3)
    model = make()
    made = optim.Adam(model.parameters(), lr=1e-2)
    if optimizer is not None:
        made = optimizer(model.parameters())
    trainer = xn.Trainer(model, made, capture=capture, **options)
    loader = xn.data.DataLoader((IMAGES, LABELS), 8, shuffle=True, seed=1, prefetch=prefetch)
    trainer.fit(loader, epochs=4, progress=False)
    return trainer, [row["loss"] for row in trainer.history], model.state_dict()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("prefetch", [0, 2])
def test_a_recorded_training_has_the_losses_of_one_that_is_not(backend, case, prefetch):
    make, options = CASES[case]
    records = not backend.device.library.cannot_record()
    warned = nullcontext() if records else pytest.warns(UserWarning, match="is of no use here")
    _, losses, state = trained(make, False, prefetch=prefetch, **options)
    with warned:
        trainer, recorded, same = trained(make, True, prefetch=prefetch, **options)
    assert (trainer.steps_replayed > 10) == records
    assert recorded == losses
    for name, array in state.items():
        np.testing.assert_array_equal(xn.to_numpy(same[name]), xn.to_numpy(array), err_msg=name)


def test_a_step_of_ones_own_gives_its_loss(backend):
    xn.manual_seed(3)
    model, losses = mlp(), {}
    start = {name: xn.to_numpy(x).copy() for name, x in model.state_dict().items()}
    x, y = xn.asarray(IMAGES[:8]), xn.asarray(LABELS[:8])
    for capture in (False, True):
        model.load_state_dict(start)
        optimizer = optim.Adam(model.parameters(), lr=1e-2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with xn.training.TrainingStep(model, optimizer, capture=capture) as step:
                losses[capture] = [float(step(x, y)) for _ in range(6)]
    assert losses[True] == losses[False]
    assert losses[True] == sorted(losses[True], reverse=True)
    assert (step.replayed == 4) == (not backend.device.library.cannot_record())
