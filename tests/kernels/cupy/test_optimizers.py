"""Optimizer steps on CuPy arrays, run on the CPU."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.cupy import emulated
from tests.kernels.cupy.compare import kernel_of, moved, narrowed, of_numpy
from xpnet.backend.library import library
from xpnet.optim import SGD, Adagrad, Adam, AdamW, Lion, RMSprop
from xpnet.testing import assert_close

RULES = {"sgd": SGD, "adam": Adam, "adamw": AdamW}
RULES |= {"rmsprop": RMSprop, "adagrad": Adagrad, "lion": Lion}
FOR_SGD = [
    {},
    {"weight_decay": 0.1},
    {"maximize": True, "weight_decay": 0.1},
    {"momentum": 0.9},
    {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1},
    {"momentum": 0.9, "nesterov": True, "maximize": True},
]
FOR_ADAM = [
    {},
    {"weight_decay": 0.1},
    {"amsgrad": True},
    {"maximize": True, "weight_decay": 0.1, "betas": (0.5, 0.9), "eps": 1e-3},
]
FOR_RMSPROP = [
    {},
    {"weight_decay": 0.1, "maximize": True, "alpha": 0.5, "eps": 1e-3},
    {"momentum": 0.9},
    {"centered": True},
    {"momentum": 0.9, "centered": True, "weight_decay": 0.1},
]
FOR_ADAGRAD = [{}, {"lr_decay": 0.1, "weight_decay": 0.1}, {"maximize": True, "eps": 1e-3}]
FOR_LION = [{}, {"weight_decay": 0.1, "betas": (0.5, 0.9)}, {"maximize": True}]
CASES = [("sgd", options) for options in FOR_SGD]
CASES += [(name, options) for name in ("adam", "adamw") for options in FOR_ADAM]
CASES += [("rmsprop", options) for options in FOR_RMSPROP]
CASES += [("adagrad", options) for options in FOR_ADAGRAD]
CASES += [("lion", options) for options in FOR_LION]
every_case = pytest.mark.parametrize(("name", "options"), CASES, ids=str)


def gradients(shape, dtype):
    """Gradients that shrink, so that AMSGrad differs from Adam."""
    rng = np.random.default_rng(0)
    return [(rng.standard_normal(shape) / 2**t).astype(dtype) for t in range(5)]


def steps(update, p, state, gs, **options):
    for g in gs:
        p, state = update(p, g, state, lr=0.1, **options)
    return p, state


def first_state(name, host, **options):
    """Return the state of a parameter before the first step, on the GPU."""
    state = RULES[name].init(host, **options)
    return {key: v if type(v) is int else moved([v])[0] for key, v in state.items()}


@every_case
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(3, 200), (1,), (), (0, 3)])
def test_steps_are_those_of_the_generic_rule(gpu, name, options, dtype, shape):
    rule, gs = RULES[name], gradients(shape, dtype)
    start = np.asarray(np.random.default_rng(1).standard_normal(shape).astype(dtype))
    begin = rule.init(start, **options)
    wanted, wanted_state = steps(rule.update, start, begin, gs, **options)
    (p,) = moved([start])
    begin = first_state(name, start, **options)
    p, state = steps(kernel_of(name).update, p, begin, moved(gs), **options)
    assert set(state) == set(wanted_state)
    for actual, truth in [(p, wanted), *((state[key], wanted_state[key]) for key in state)]:
        if type(truth) is int:
            assert actual == truth
        else:
            assert actual.device == emulated.Device(1)
            assert_close(np.asarray(actual), np.asarray(truth), rtol=1e-5)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@every_case
def test_options_may_be_numbers_of_numpy(gpu, name, options, kind):
    start, results = np.linspace(-1, 1, 9, dtype="float32"), []
    for change in (narrowed, of_numpy):
        given = {key: change(narrowed(v, kind), kind) for key, v in options.items()}
        (p,), state = moved([start]), first_state(name, start, **options)
        for g in moved(gradients(9, "float32")):
            p, state = kernel_of(name).update(p, g, state, lr=change(0.5, kind), **given)
        results.append(p)
    # what follows from them, such as 1 - beta, is rounded as they are
    assert_close(*results, rtol=0 if kind is np.float64 else 1e-4)


@every_case
def test_a_step_is_made_in_place_and_leaves_the_gradient_alone(gpu, name, options):
    kernel, (p, g) = kernel_of(name), moved([np.ones(5), np.full(5, 2.0)])
    state = first_state(name, np.ones(5), **options)
    assert kernel.accepts(p, g, state, **options) is True
    after, _ = kernel.update(p, g, state, lr=0.1, **options)
    assert after is not p
    assert np.shares_memory(after, p)
    assert not (np.asarray(p) == 1.0).any()
    assert (np.asarray(g) == 2.0).all()
    assert library("cupy").overlaps(after, p)
    assert not library("cupy").overlaps(after, g)


def test_the_first_velocity_is_a_copy_of_the_gradient(gpu):
    p, g = moved([np.ones(3), np.ones(3)])
    _, state = kernel_of("sgd").update(p, g, {}, lr=0.1, momentum=0.9)
    assert not np.shares_memory(state["momentum_buffer"], g)


def test_momentum_that_is_switched_off_leaves_the_velocity(gpu):
    p, g, v = moved([np.ones(3), np.ones(3), np.full(3, 7.0)])
    p, state = kernel_of("sgd").update(p, g, {"momentum_buffer": v}, lr=0.5)
    assert p.tolist() == [0.5] * 3
    assert state["momentum_buffer"].tolist() == [7.0] * 3


def test_no_weight_decay_is_none_also_of_an_infinite_parameter(gpu):
    p, g = moved([np.array([np.inf]), np.ones(1)])
    p, _ = kernel_of("sgd").update(p, g, {}, lr=0.5)
    assert p[0] == np.inf


@pytest.mark.parametrize(
    "unfit",
    [
        lambda p, g: (p.astype("float16"), g.astype("float16"), {}),
        lambda p, g: (p, g.astype("float32"), {}),
        lambda p, g: (p.T, g.T, {}),
        lambda p, g: (p, g, {"step": 1, "exp_avg": g.astype("float32")}),
        lambda p, g: (p, g, {"step": 1, "exp_avg": np.asfortranarray(g)}),
    ],
)
@pytest.mark.parametrize("name", RULES)
def test_other_arrays_are_left_to_the_generic_rule(name, unfit):
    p, g = np.ones((2, 3)), np.ones((2, 3))
    assert kernel_of(name).accepts(*unfit(p, g)) is False
    assert kernel_of(name).accepts(p, g.T.copy().T, {"step": 1}) is True
