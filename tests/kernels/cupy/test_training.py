"""Whole trainings on the stand-in for CuPy: as on NumPy, without waiting, and recorded."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn, optim

rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((52, 1, 8, 8)).astype("float32")
LABELS = rng.integers(0, 3, 52)
NUMBERS = rng.standard_normal((52, 2)).astype("float32")
WEIGHTS = rng.random(52).astype("float32") + 0.5


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
    "metrics": {"metrics": ["accuracy", "top_2", "f1"]},
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


class Counting(xn.training.Callback):
    """Looks at a training without waiting for the GPU."""

    def __init__(self, act=lambda trainer: None):
        self.act = act

    def on_step_end(self, trainer):
        self.act(trainer)


def test_gradients_can_be_seen_after_a_recorded_step(gpu):
    seen = {False: [], True: []}
    for capture, norms in seen.items():

        def look(trainer, norms=norms):
            norms.append([xn.to_numpy(p.grad).copy() for p in trainer.model.parameters()])

        train(capture=capture, callbacks=[Counting(look)])
    for plain, recorded in zip(seen[False], seen[True], strict=True):
        for g, h in zip(plain, recorded, strict=True):
            np.testing.assert_array_equal(g, h)


def test_what_a_callback_puts_in_the_place_of_a_parameter_is_trained_on(gpu):
    def shrink(trainer):
        if trainer.step % 5 == 0:
            p = next(trainer.model.parameters())
            p.data = 0.5 * p.data

    plain, state = train(callbacks=[Counting(shrink)])
    trainer, recorded = train(callbacks=[Counting(shrink)], capture=True)
    assert replayed(trainer) == 17
    assert columns(trainer) == columns(plain)
    for key, value in recorded.items():
        np.testing.assert_array_equal(value, state[key])


def test_a_parameter_that_is_frozen_on_the_way_stays_as_it_is(gpu):
    def freeze(trainer):
        p = next(trainer.model.parameters())
        p.requires_grad = trainer.step < 10

    _, state = train(callbacks=[Counting(freeze)])
    trainer, recorded = train(callbacks=[Counting(freeze)], capture=True)
    assert 8 < replayed(trainer) < 17
    for key, value in recorded.items():
        np.testing.assert_array_equal(value, state[key])


def test_options_that_are_part_of_the_recording_may_change(gpu):
    def change(trainer):
        (group,) = trainer.optimizer.param_groups
        group["weight_decay"], group["lr"] = 0.1 * (trainer.step > 9), 1e-2 / trainer.step

    _, state = train(callbacks=[Counting(change)])
    trainer, recorded = train(callbacks=[Counting(change)], capture=True)
    assert 8 < replayed(trainer) < 17
    for key, value in recorded.items():
        np.testing.assert_array_equal(value, state[key])


def test_a_second_fit_goes_on(gpu):
    states = []
    for capture in (False, True):
        xn.manual_seed(3)
        with xn.device("cuda"):
            model = mlp()
            trainer = xn.Trainer(model, optim.Adam(model.parameters()), capture=capture)
            for _ in range(2):
                trainer.fit((IMAGES, LABELS), epochs=2, batch_size=8, seed=1, progress=False)
        states.append([xn.to_numpy(p.data).copy() for p in model.parameters()])
    assert trainer.steps_replayed == 10
    for p, q in zip(*states, strict=True):
        np.testing.assert_array_equal(p, q)


def test_the_tape_sees_that_a_recorded_step_has_overwritten_parameters(gpu):
    with xn.device("cuda"):
        model = mlp()
        trainer = xn.Trainer(model, "adam", capture=True)
        x = xn.asarray(IMAGES[:4])
        loss = model(x).sum()
        trainer.fit((IMAGES, LABELS), epochs=1, batch_size=8, progress=False)
        assert trainer.steps_replayed == 4
        with pytest.raises(xn.errors.AutogradError, match="was updated in place after"):
            loss.backward()


@pytest.mark.parametrize("clip_norm", [None, 0.1])
def test_a_step_for_loops_of_ones_own_is_recorded_too(gpu, clip_norm):
    losses, states = [], []
    for capture in (False, True):
        xn.manual_seed(3)
        with xn.device("cuda"):
            model = mlp(nn.Dropout(0.5))
            batches = [
                (xn.asarray(IMAGES[i : i + 8]), xn.asarray(LABELS[i : i + 8])) for i in (0, 8, 16)
            ]
            optimizer = optim.Adam(model.parameters(), lr=1e-2)
            with xn.training.TrainingStep(
                model, optimizer, clip_norm=clip_norm, capture=capture
            ) as step:
                losses.append([step(*batch) for _ in range(3) for batch in batches])
                assert step.replayed == (7 if capture else 0)
        states.append([xn.to_numpy(p.data) for p in model.parameters()])
    assert [float(loss) for loss in losses[0]] == [float(loss) for loss in losses[1]]
    assert len({float(loss) for loss in losses[0]}) == 9
    for p, q in zip(*states, strict=True):
        np.testing.assert_array_equal(p, q)
