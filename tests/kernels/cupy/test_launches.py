"""How often a training step asks the GPU for something; on the stand-in for CuPy."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from tests.kernels.cupy.standin.device import launched
from tests.kernels.cupy.test_training import IMAGES, LABELS, Recurrent, lenet, mlp
from xpnet import nn, optim


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


def unscaled(shapes, dtypes=("float32",), scale=8.0):
    """Return the launches that dividing gradients by a scale takes, and what came of it."""
    rng = np.random.default_rng(0)
    hosts = [
        np.asarray(rng.standard_normal(shape), dtypes[i % len(dtypes)])
        for i, shape in enumerate(shapes)
    ]
    with xn.device("cuda"):
        params = [nn.Parameter(xn.asarray(np.zeros_like(x))) for x in hosts]
        for p, x in zip(params, hosts, strict=True):
            p.grad = xn.asarray(x)
        scaler, optimizer = optim.GradScaler(scale), optim.SGD(params, lr=0.1)
        launched.clear()
        scaler.unscale_(optimizer)
    counts = dict(launched)
    for p, x in zip(params, hosts, strict=True):
        np.testing.assert_array_equal(xn.to_numpy(p.grad), x / 8)
        assert p.grad.dtype == x.dtype
    return counts, scaler, optimizer, params


@pytest.mark.parametrize(
    ("shapes", "launches"),
    [([(3,)], 1), ([(2, 3), (), (0,), (5000,)] * 5, 1), ([(2,)] * 64, 1), ([(2,)] * 65, 2)],
    ids=["one", "many sizes", "64", "65"],
)
def test_the_scale_of_the_loss_is_taken_out_of_64_gradients_by_one_launch(gpu, shapes, launches):
    counts, *_ = unscaled(shapes)
    assert counts == {"now": launches}


def test_gradients_of_two_dtypes_take_one_launch_each(gpu):
    counts, scaler, optimizer, _ = unscaled([(7,)] * 9, ("float32", "float64"))
    assert counts == {"now": 2}
    scaler.step(optimizer)
    assert scaler.skipped == 0


def test_gradients_without_elements_take_none_and_are_finite(gpu):
    counts, scaler, optimizer, _ = unscaled([(0,), (2, 0)])
    assert counts == {}
    scaler.step(optimizer)
    assert scaler.skipped == 0


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("place", [0, 3000, 4999])
@pytest.mark.parametrize("which", [0, 66])
def test_one_number_that_is_not_finite_costs_the_step(gpu, bad, place, which):
    _, scaler, optimizer, params = unscaled([(5000,)] + [(5000, 1)] * 66)
    scaler.update(8.0)
    xn.backend.unwrap(params[which].grad).reshape(-1)[place] = bad
    scaler.step(optimizer)
    assert scaler.skipped == 1
    assert all((xn.to_numpy(p.data) == 0).all() for p in params)


def test_a_gradient_of_two_parameters_or_in_columns_is_divided_once_for_each(gpu):
    with xn.device("cuda"):
        p, q = (nn.Parameter(xn.asarray(np.zeros((2, 3)))) for _ in range(2))
        host = np.arange(6.0).reshape(3, 2)
        p.grad = q.grad = xn.backend.unwrap(xn.asarray(host)).T
        optim.GradScaler(2.0).unscale_(optim.SGD([p, q], lr=0.1))
    for one in (p, q):
        np.testing.assert_array_equal(xn.to_numpy(one.grad), host.T / 2)
