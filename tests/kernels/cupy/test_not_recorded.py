"""Steps of training that cannot be recorded are taken as usual; on the stand-in for CuPy."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import xpnet as xn
from tests.kernels.cupy.test_training import IMAGES, LABELS, columns, mlp, replayed, train
from xpnet import nn, optim
from xpnet.nn import functional as F


class Looking(nn.Module):
    """Looks at a value."""

    def forward(self, x):
        return x * (2.0 if float(xn.backend.unwrap(x)[0, 0]) > 0 else 1.0)


class FromTheHost(nn.Module):
    """Makes an array of numbers on the host."""

    def forward(self, x):
        return x * xn.asarray(np.arange(12.0, dtype="float32"))


class Multiplying(nn.Module):
    """Multiplies matrices without a kernel."""

    def forward(self, x):
        return xn.namespace(x).matmul(x, xn.asarray(np.eye(12, dtype="float32")))


class Failing(nn.Module):
    """Cannot be recorded, for a reason of its own."""

    def forward(self, x):
        if xn.backend.recording() is not None:
            raise ValueError("not while you are looking")
        return x


class Doubled(optim.SGD):
    """A rule that no kernel has."""

    @staticmethod
    def update(p, g, state, *, lr, **options):
        return p - 2 * lr * g, state


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"make": lambda: mlp(Looking())}, "RuntimeError: .* while a stream is captured"),
        ({"make": lambda: mlp(FromTheHost())}, "BackendError: record: an array is made of numbers"),
        ({"make": lambda: mlp(Failing())}, "ValueError: not while you are looking"),
        (
            {"optimizer": lambda p: optim.LBFGS(p, max_iter=2)},
            "LBFGS decides on the host how often",
        ),
        (
            {"optimizer": lambda p: Doubled(p, lr=0.1)},
            "Doubled has no kernel here that could be recorded",
        ),
        ({"precision": "float16"}, "precision='float16' decides on the host whether a step"),
    ],
)
def test_what_cannot_be_recorded_is_trained_as_usual_with_one_warning(gpu, options, reason):
    plain, state = train(**options, epochs=2)
    with pytest.warns(UserWarning, match=f"capture=True is of no use here.*{reason}") as caught:
        trainer, same = train(**options, epochs=2, capture=True)
    assert len(caught) == 1
    assert caught[0].filename == inspect.getfile(train)  # where fit is called
    assert replayed(trainer) == 0
    assert columns(trainer) == columns(plain)
    for key, value in same.items():
        np.testing.assert_array_equal(value, state[key])


def test_batches_of_many_shapes_are_taken_as_they_come(gpu):
    class Cut:
        def __init__(self):
            self.n = 0

        def __call__(self, x, y):
            self.n += 1
            return x[: 2 + self.n % 19], y[: 2 + self.n % 19]

    with xn.device("cuda"):
        loader = xn.data.DataLoader(
            (np.tile(IMAGES, (9, 1, 1, 1)), np.tile(LABELS, 9)), 24, transform=Cut()
        )
        trainer = xn.Trainer(mlp(), "adam", capture=True)
        with pytest.warns(UserWarning, match="batches have many shapes, 17 so far") as caught:
            trainer.fit(loader, epochs=3, progress=False)
    assert len(caught) == 1
    assert replayed(trainer) == 0


@pytest.mark.parametrize("device", ["cpu", "strict:device1"])
def test_a_library_that_records_nothing_says_so(device):
    with pytest.warns(UserWarning, match="cannot record what a device does on '(cpu|strict:.*)'"):
        trainer, _ = train(device=device, capture=True, epochs=1)
    assert replayed(trainer) == 0


def test_a_step_of_ones_own_warns_where_it_is_taken(gpu):
    with xn.device("cuda"):
        model = mlp(Looking())
        x, y = xn.asarray(IMAGES[:8]), xn.asarray(LABELS[:8])
        with xn.training.TrainingStep(model, "adam") as step:
            step(x, y)
            step(x, y)
            with pytest.warns(UserWarning, match="TrainingStep: capture=True is of no") as caught:
                step(x, y)
    assert caught[0].filename == __file__
    assert step.replayed == 0


# ---- losses with numbers of their own ------------------------------------------------------------


class Weighed:
    """A loss whose weight may change from call to call; the layers' numbers would be frozen."""

    def __init__(self, of_step):
        self.of_step, self.weight = of_step, np.float32(1.0)

    def __call__(self, outputs, y):
        return F.cross_entropy(outputs, y) * float(self.weight)

    def on_step_begin(self, step):
        self.weight = np.float32(self.of_step(step))


def losses_of(of_step, capture, steps=24, method=False):
    """Return the losses of steps before each of which the loss gets a weight, and the step."""
    xn.manual_seed(3)
    with xn.device("cuda"):
        model, loss = mlp(), Weighed(of_step)
        x, y = xn.asarray(IMAGES[:8]), xn.asarray(LABELS[:8])
        given = loss.__call__ if method else loss
        with xn.training.TrainingStep(model, "sgd", given, capture=capture) as step:
            found = []
            for i in range(steps):
                loss.on_step_begin(i)
                found.append(float(step(x, y)))
    return found, step


@pytest.mark.parametrize("method", [False, True])
def test_each_value_of_a_number_of_the_loss_has_its_recording(gpu, method):
    def of_step(i):
        return 1.0 + i // 6 % 2

    plain, _ = losses_of(of_step, capture=False)
    recorded, step = losses_of(of_step, capture=True, method=method)
    assert recorded == plain
    assert step.replayed == 24 - 2 * 2  # 2 steps of each of 2 values are taken as usual


def test_a_number_of_the_loss_that_changes_in_each_step_is_told(gpu):
    def of_step(i):
        return 1.0 + max(i - 4, 0)

    plain, _ = losses_of(of_step, capture=False)
    with pytest.warns(UserWarning, match="numbers of the loss change, 17 values so far") as caught:
        recorded, step = losses_of(of_step, capture=True)
    assert len(caught) == 1
    assert recorded == plain
    assert step.replayed == 3


def test_ever_new_shapes_after_a_recording_are_taken_as_usual(gpu):
    with xn.device("cuda"):
        images, labels = xn.asarray(np.tile(IMAGES, (2, 1, 1, 1))), xn.asarray(np.tile(LABELS, 2))
        with xn.training.TrainingStep(mlp(), "sgd") as step:
            for n in [8] * 5 + list(range(9, 60)) + [8] * 5:
                step(images[:n], labels[:n])
    assert step.replayed == 3 + 5
