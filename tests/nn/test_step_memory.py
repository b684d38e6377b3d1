"""The memory of a training step, as the summary tells it."""

from contextlib import contextmanager

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.backend import random
from xpnet.backend.resources import Peak
from xpnet.testing import BACKENDS

MIB = 2**20


def test_the_peak_is_what_the_layers_make():
    model = nn.Sequential(nn.Linear(512, 1024), nn.Tanh(), nn.Linear(1024, 256))
    memory = model.summary((1024, 512), memory=True).memory
    weights = 4 * (512 * 1024 + 1024 + 1024 * 256 + 256)
    assert (memory.device, memory.batch) == ("cpu", 1024)
    assert memory.parameters == memory.gradients == weights
    assert memory.inputs == 2 * MIB
    # beside those, two hidden layers of 4 MiB, the output of 1 MiB, and errors on the way back
    least = 2 * weights + (2 + 4 + 4 + 1) * MIB
    assert least < memory.peak < least + 12 * MIB


def test_it_grows_with_the_batch_and_not_with_what_was_before():
    model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
    first, twice, again = (
        model.summary((n, 1, 28, 28), memory=True).memory.peak for n in (64, 128, 64)
    )
    assert 1.6 * first < twice < 2.4 * first
    assert 0.9 * first < again < 1.1 * first


def test_it_can_be_asked_in_half_precision():
    model, seen = nn.Linear(64, 64), []
    model.register_forward_hook(lambda module, x, y: seen.append(str(y.dtype)))
    with xn.autocast("float16"):
        model.summary((16, 64), memory=True)
    assert set(seen) == {"float16"}


def test_the_model_is_left_as_it_was(backend):
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    model.eval()
    gradient = xn.asarray(np.ones((4, 3), np.float32))
    model[0].weight.grad = gradient
    state = {name: xn.to_numpy(x).copy() for name, x in model.state_dict().items()}
    draws = random.get_state()
    memory = model.summary((8, 3), memory=True).memory
    assert memory.batch == 8
    assert memory.gradients == 4 * (12 + 4 + 8 + 8 + 2)
    assert all(not part.training for part in model.modules())
    assert [p.grad is gradient for p in model.parameters()] == [True] + 5 * [False]
    assert all(p.grad is None for p in list(model.parameters())[1:])
    assert random.get_state() == draws
    for name, x in model.state_dict().items():
        np.testing.assert_array_equal(xn.to_numpy(x), state[name])


def test_a_library_that_cannot_tell_says_so():
    with BACKENDS["torch"]:
        summary = nn.Linear(3, 2).summary((4, 3), memory=True)
    assert summary.memory.peak is None
    assert str(summary).endswith(
        "training step of 4 on torch:cpu: its library does not tell the peak memory (parameters 32 "
        "bytes, gradients 32 bytes, inputs 48 bytes; an optimizer's state comes on top)"
    )


def test_what_the_library_measures_is_added_to_what_was_there(monkeypatch):
    @contextmanager
    def measured(device):
        peak = Peak()
        yield peak
        peak.bytes = 1000

    model = nn.Linear(3, 2)
    monkeypatch.setattr(xn.device_of(model.weight).library, "measure_peak", measured)
    assert model.summary((4, 3), memory=True).memory.peak == 1000 + 32 + 48


def test_models_with_several_results_and_without_parameters():
    assert nn.LSTM(3, 4).summary((5, 2, 3), memory=True).memory.peak > 0
    memory = nn.ReLU().summary((5, 3), memory=True).memory
    assert (memory.parameters, memory.gradients) == (0, 0)


@pytest.mark.parametrize("memory", [False, True])
def test_the_table_tells_it_only_if_it_is_asked(memory):
    text = str(nn.Linear(3, 2).summary((4, 3), memory=memory))
    assert ("peak memory" in text) == memory
