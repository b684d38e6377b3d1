"""Every schedule's learning rates equal torch's, step for step."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from xpnet import optim
from xpnet.errors import ArgumentError
from xpnet.nn import Parameter
from xpnet.optim import schedules


def make_optimizer(name="SGD", **options):
    groups = [{"params": [Parameter(np.zeros(1))], "lr": lr} for lr in (0.1, 0.02)]
    return getattr(optim, name)(groups, **options)


# name -> (our scheduler, torch's scheduler from its module and optimizer)
ROWS = {
    "StepLR": (
        lambda o: optim.StepLR(o, step_size=7, gamma=0.3),
        lambda t, o: t.StepLR(o, step_size=7, gamma=0.3),
    ),
    "MultiStepLR": (
        lambda o: optim.MultiStepLR(o, [20, 5], gamma=0.3),
        lambda t, o: t.MultiStepLR(o, [20, 5], gamma=0.3),
    ),
    "ExponentialLR": (
        lambda o: optim.ExponentialLR(o, gamma=0.9),
        lambda t, o: t.ExponentialLR(o, gamma=0.9),
    ),
    "CosineAnnealingLR": (
        lambda o: optim.CosineAnnealingLR(o, T_max=15, eta_min=0.001),
        lambda t, o: t.CosineAnnealingLR(o, T_max=15, eta_min=0.001),
    ),
    "ConstantLR": (
        lambda o: optim.ConstantLR(o, factor=0.5),
        lambda t, o: t.ConstantLR(o, factor=0.5, total_iters=1000),
    ),
    "LambdaLR": (
        lambda o: optim.LambdaLR(o, lambda step: 1 / (1 + step)),
        lambda t, o: t.LambdaLR(o, lambda step: 1 / (1 + step)),
    ),
    "LambdaLR-per-group": (
        lambda o: optim.LambdaLR(o, [lambda step: 0.9**step, lambda step: 1.0]),
        lambda t, o: t.LambdaLR(o, [lambda step: 0.9**step, lambda step: 1.0]),
    ),
    "LinearWarmup": (
        lambda o: optim.LinearWarmup(o, 8, start_factor=0.25),
        lambda t, o: t.LinearLR(o, start_factor=0.25, total_iters=8),
    ),
    "LinearWarmup-then-a-scheduler": (
        lambda o: optim.LinearWarmup(o, 8, optim.ExponentialLR(o, 0.9), start_factor=0.25),
        lambda t, o: t.SequentialLR(
            o, [t.LinearLR(o, 0.25, total_iters=8), t.ExponentialLR(o, 0.9)], milestones=[8]
        ),
    ),
    "LinearWarmup-then-a-curve": (
        lambda o: optim.LinearWarmup(o, 8, schedules.exponential(0.9), start_factor=0.25),
        lambda t, o: t.SequentialLR(
            o, [t.LinearLR(o, 0.25, total_iters=8), t.ExponentialLR(o, 0.9)], milestones=[8]
        ),
    ),
    "OneCycleLR": (
        lambda o: optim.OneCycleLR(o, max_lr=1.0, total_steps=41),
        lambda t, o: t.OneCycleLR(o, max_lr=1.0, total_steps=41),
    ),
    "OneCycleLR-options": (
        lambda o: optim.OneCycleLR(
            o, [1.0, 2.0], 41, pct_start=0.4, anneal_strategy="linear", three_phase=True,
            div_factor=10.0, final_div_factor=100.0, base_momentum=0.8, max_momentum=0.9,
        ),
        lambda t, o: t.OneCycleLR(
            o, [1.0, 2.0], 41, pct_start=0.4, anneal_strategy="linear", three_phase=True,
            div_factor=10.0, final_div_factor=100.0, base_momentum=0.8, max_momentum=0.9,
        ),
    ),
}  # fmt: skip

every_schedule = pytest.mark.parametrize("row", ROWS)


@every_schedule
@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_learning_rates_equal_those_of_torch(row, name):
    torch = pytest.importorskip("torch")
    options = {"momentum": 0.9} if name == "SGD" else {}
    momentum = {"SGD": lambda g: g["momentum"], "Adam": lambda g: g["betas"][0]}[name]
    ours, theirs = ROWS[row]
    optimizer = make_optimizer(name, **options)
    scheduler = ours(optimizer)
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in (0.1, 0.02)]
    torch_optimizer = getattr(torch.optim, name)(groups, **options)
    with warnings.catch_warnings():
        # torch's SequentialLR uses what torch deprecates
        warnings.simplefilter("ignore", UserWarning)
        torch_scheduler = theirs(torch.optim.lr_scheduler, torch_optimizer)
        for step in range(41):
            expected = [group["lr"] for group in torch_optimizer.param_groups]
            assert scheduler.get_last_lr() == pytest.approx(expected, rel=1e-9, abs=1e-15), step
            assert scheduler.lr_at(step) == scheduler.get_last_lr()
            for group, torch_group in zip(
                optimizer.param_groups, torch_optimizer.param_groups, strict=True
            ):
                assert momentum(group) == pytest.approx(momentum(torch_group), rel=1e-9)
            scheduler.step()
            torch_optimizer.step()
            torch_scheduler.step()


@every_schedule
def test_a_saved_schedule_continues_where_it_was(row):
    make, _ = ROWS[row]
    scheduler = make(make_optimizer(momentum=0.9))
    for _ in range(10):
        scheduler.step()
    saved = scheduler.state_dict()
    again = make(make_optimizer(momentum=0.9))
    again.load_state_dict(saved)
    assert again.get_last_lr() == scheduler.get_last_lr()
    scheduler.step()
    again.step()
    assert again.get_last_lr() == scheduler.get_last_lr()


@every_schedule
def test_learning_rates_are_python_floats(row):
    scheduler = ROWS[row][0](make_optimizer(momentum=0.9))
    assert all(type(lr) is float for lr in scheduler.get_last_lr())


def test_a_scheduler_moves_what_the_next_step_uses():
    p = Parameter(np.ones(1))
    opt = optim.SGD([p], lr=0.5)
    scheduler = optim.ExponentialLR(opt, gamma=0.5)
    scheduler.step()
    p.grad = np.ones(1)
    opt.step()
    assert p.data[0] == 0.75


def test_a_later_scheduler_starts_from_the_same_learning_rate():
    opt = make_optimizer()
    first = optim.ExponentialLR(opt, gamma=0.5)
    first.step()
    assert optim.StepLR(opt, step_size=3).base_lrs == [0.1, 0.02]


def test_a_schedule_survives_saving_and_loading_both():
    opt = make_optimizer()
    scheduler = optim.ExponentialLR(opt, gamma=0.5)
    scheduler.step()
    again = make_optimizer()
    again.load_state_dict(opt.state_dict())
    continued = optim.ExponentialLR(again, gamma=0.5)
    continued.load_state_dict(scheduler.state_dict())
    assert continued.get_last_lr() == [0.05, 0.01]
    assert continued.base_lrs == [0.1, 0.02]


def test_after_the_cycle_the_last_values_stay():
    opt = make_optimizer(momentum=0.9)
    scheduler = optim.OneCycleLR(opt, max_lr=1.0, total_steps=10)
    for _ in range(20):
        scheduler.step()
    assert scheduler.get_last_lr() == pytest.approx([0.04 / 1e4] * 2)
    assert opt.param_groups[0]["momentum"] == pytest.approx(0.95)


def test_a_cycle_of_one_step_works():
    scheduler = optim.OneCycleLR(make_optimizer(momentum=0.9), max_lr=1.0, total_steps=1)
    assert all(math.isfinite(lr) for lr in scheduler.get_last_lr())


def test_curves_give_factors_without_an_optimizer():
    assert schedules.cosine_annealing(10)(0) == 1.0
    assert schedules.linear_warmup(4, start_factor=0.0)(1) == 0.25


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda o: optim.StepLR(o, step_size=0), "step_size must be > 0"),
        (lambda o: optim.CosineAnnealingLR(o, T_max=0), "T_max must be > 0"),
        (lambda o: optim.LinearWarmup(o, 0), "steps must be > 0"),
        (lambda o: optim.LinearWarmup(o, 5, after=optim.ReduceLROnPlateau(o)), "step it by itself"),
        (lambda o: optim.OneCycleLR(o, 1.0, total_steps=0), "total_steps must be > 0"),
        (lambda o: optim.OneCycleLR(o, 1.0, 10, pct_start=2.0), r"pct_start must be in \[0, 1\]"),
        (lambda o: optim.OneCycleLR(o, 1.0, 10, anneal_strategy="x"), "anneal_strategy must be"),
        (lambda o: optim.OneCycleLR(o, [1.0], 10), "one value per parameter group"),
        (lambda o: optim.LambdaLR(o, [abs]), "one value per parameter group"),
        (lambda o: optim.StepLR("adam", 3), "optimizer must be an Optimizer"),
        (lambda o: optim.ReduceLROnPlateau(o, factor=1.0), r"factor must be in \(0, 1\)"),
        (lambda o: optim.ReduceLROnPlateau(o, mode="low"), "mode must be one of"),
        (lambda o: optim.ReduceLROnPlateau(o, threshold_mode="x"), "threshold_mode must be one"),
        (lambda o: optim.ReduceLROnPlateau(o, min_lr=[0.1]), "one value per parameter group"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ArgumentError, match=message):
        make(make_optimizer(momentum=0.9))


def test_cycling_the_momentum_of_an_optimizer_without_one_is_refused():
    with pytest.raises(ArgumentError, match="pass cycle_momentum=False"):
        optim.OneCycleLR(make_optimizer("Adagrad"), 1.0, 10)
    optim.OneCycleLR(make_optimizer("Adagrad"), 1.0, 10, cycle_momentum=False)


def test_a_state_of_other_groups_is_refused():
    saved = optim.StepLR(make_optimizer(), 3).state_dict()
    single = optim.SGD([Parameter(np.zeros(1))])
    with pytest.raises(ArgumentError, match="build the optimizer with the groups"):
        optim.StepLR(single, 3).load_state_dict(saved)


METRICS = [1.0, 0.9, 0.9, 0.95, 0.9, 0.8, 0.8, math.nan, 0.8, 0.8, 0.79999, 0.8, 0.8, 0.8, 0.1] * 2

PLATEAUS = [
    {},
    {"patience": 1, "factor": 0.5},
    {"patience": 0, "threshold": 0.2, "threshold_mode": "abs", "cooldown": 2},
    {"mode": "max", "patience": 2, "min_lr": [0.05, 0.001]},
    {"mode": "max", "threshold_mode": "abs", "patience": 1, "min_lr": 0.01},
    {"patience": 0, "factor": 0.1, "eps": 1e-3},
]


@pytest.mark.parametrize("options", PLATEAUS, ids=str)
def test_plateaus_are_treated_as_in_torch(options):
    torch = pytest.importorskip("torch")
    scheduler = optim.ReduceLROnPlateau(make_optimizer(), **options)
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in (0.1, 0.02)]
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(torch.optim.SGD(groups), **options)
    for metric in METRICS:
        scheduler.step(np.float32(metric))
        theirs.step(float(np.float32(metric)))
        assert scheduler.get_last_lr() == pytest.approx(theirs.get_last_lr(), rel=1e-12)


def test_a_saved_plateau_continues_where_it_was():
    options = {"patience": 2, "factor": 0.5, "cooldown": 1}
    opt = make_optimizer()
    scheduler = optim.ReduceLROnPlateau(opt, **options)
    for metric in METRICS[:13]:
        scheduler.step(metric)
    opt_again = make_optimizer()
    opt_again.load_state_dict(opt.state_dict())
    again = optim.ReduceLROnPlateau(opt_again, **options)
    again.load_state_dict(scheduler.state_dict())
    for metric in METRICS[13:]:
        scheduler.step(metric)
        again.step(metric)
        assert again.get_last_lr() == scheduler.get_last_lr()
