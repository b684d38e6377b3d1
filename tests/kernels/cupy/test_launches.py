"""How often a training step asks the GPU for something; on the stand-in for CuPy."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from tests.kernels.cupy.standin.device import launched
from tests.kernels.cupy.test_training import IMAGES, LABELS, Recurrent, lenet, mlp
from xpnet import optim


class Count(xn.training.Callback):
    """The launches of each step, by kind."""

    def on_train_begin(self, trainer):
        self.steps = []
        launched.clear()

    def on_step_end(self, trainer):
        self.steps.append(dict(launched))
        launched.clear()


def counted(make, capture):
    xn.manual_seed(3)
    with xn.device("cuda"):
        model, count = make(), Count()
        data = (xn.asarray(np.tile(IMAGES[:8], (6, 1, 1, 1))), xn.asarray(np.tile(LABELS[:8], 6)))
        trainer = xn.Trainer(
            model, optim.Adam(model.parameters()), callbacks=[count], capture=capture
        )
        trainer.fit(data, epochs=1, batch_size=8, progress=False)
    return count.steps


@pytest.mark.parametrize(("make", "most"), [(mlp, 23), (lenet, 41), (Recurrent, 31)])
def test_a_step_takes_few_launches_with_gathering_and_accuracy(gpu, make, most):
    steps = counted(make, capture=False)
    assert [set(step) for step in steps] == [{"now"}] * 6
    assert [step["now"] <= most for step in steps[1:]] == [True] * 5  # the first makes m and v


@pytest.mark.parametrize("make", [mlp, lenet, Recurrent])
def test_a_replayed_step_takes_one_and_what_changes(gpu, make):
    steps = counted(make, capture=True)
    assert [step.get("graphs", 0) for step in steps] == [0, 0, 1, 1, 1, 1]
    # gathering x and y, copying both, the optimizer's numbers, the loss
    assert [step["now"] for step in steps[3:]] == [6, 6, 6]
