"""A step of training in one call: where it may be called, and what it accepts."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import xpnet as xn
from xpnet import nn
from xpnet.errors import ArgumentError
from xpnet.training import TrainingStep

X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)
Y = np.asarray([0, 1, 1, 0])


def model_and_data():
    return nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5)), xn.asarray(X), xn.asarray(Y)


def test_a_step_is_taken_in_training_mode(backend):
    model, x, y = model_and_data()
    model.eval()
    with TrainingStep(model, "sgd", capture=False) as step:
        assert model.training
        assert step(x, y).shape == ()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_step_outside_of_the_block_is_an_error_and_changes_nothing(when):
    model, x, y = model_and_data()
    step = TrainingStep(model, "sgd", capture=False)
    if when == "after":
        with step:
            step(x, y)
    model.eval()
    before = [p.data.copy() for p in model.parameters()]
    with pytest.raises(
        ArgumentError,
        match=r"it must be called inside of its block, .*`with TrainingStep\(\.\.\.\) as step:`",
    ):
        step(x, y)
    for p, values in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.data, values)


def test_a_step_in_another_thread_than_the_block_is_an_error():
    model, x, y = model_and_data()
    with TrainingStep(model, "sgd", capture=False) as step, ThreadPoolExecutor(1) as threads:
        done = threads.submit(step, x, y)
        with pytest.raises(ArgumentError, match="must be called in the thread that entered its"):
            done.result()
        step(x, y)


def test_a_block_inside_of_its_own_is_an_error_and_the_outer_one_goes_on():
    model, x, y = model_and_data()
    with TrainingStep(model, "sgd", capture=False) as step:
        with pytest.raises(ArgumentError, match="must be entered once at a time"), step:
            pass
        step(x, y)
    with step:  # and one after the other
        step(x, y)


def test_a_library_that_records_nothing_is_told_where_the_block_begins():
    model, x, y = model_and_data()
    text = "^TrainingStep: capture=True is of no use"
    with pytest.warns(UserWarning, match=text) as caught, TrainingStep(model, "sgd") as step:
        step(x, y)
    assert caught[0].filename == __file__
    assert step.replayed == 0


def test_that_of_a_trainer_is_told_where_fit_is_called():
    model, x, y = model_and_data()
    trainer = xn.Trainer(model, "sgd", capture=True)
    with pytest.warns(UserWarning, match="^Trainer: capture=True is of no use") as caught:
        trainer.fit((x, y), progress=False)
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_nothing_is_said_without_capture():
    model, x, y = model_and_data()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with TrainingStep(model, "sgd", capture=False) as step:
            step(x, y)


# ---- arguments, of the Trainer as well -----------------------------------------------------------


@pytest.mark.parametrize("cls", [TrainingStep, xn.Trainer])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": None}, "model must be a Module, got 'NoneType'; build one with nn.Sequential"),
        ({"model": nn.Linear}, "model must be a Module, got 'type'"),
        ({"optimizer": None}, "optimizer must be an Optimizer or a name, got None"),
        ({"clip_norm": -1}, "clip_norm must be a number >= 0 or None, got -1; 1.0 is usual"),
        ({"clip_norm": float("nan")}, "clip_norm must be a number >= 0 or None, got nan"),
        ({"clip_norm": "1"}, "clip_norm must be a number >= 0 or None, got '1'"),
        ({"clip_norm": True}, "clip_norm must be a number >= 0 or None, got True"),
        ({"precision": "half"}, "precision must be one of .* or None, got 'half'"),
    ],
    ids=str,
)
def test_an_argument_that_makes_no_sense_is_named_at_once(cls, options, message):
    given = {"model": nn.Linear(3, 2), "optimizer": "sgd", **options}
    with pytest.raises(ArgumentError, match=f"^{cls.__name__}: {message}"):
        cls(**given)


def test_a_model_that_is_none_is_told_before_it_is_moved():
    with pytest.raises(ArgumentError, match="Trainer: model must be a Module"):
        xn.Trainer(None, "sgd", device="cpu")


@pytest.mark.parametrize("limit", [0, 1, float("inf"), np.float32(0.5), None])
def test_limits_of_the_norm_that_make_sense(limit):
    model, x, y = model_and_data()
    with TrainingStep(model, "sgd", clip_norm=limit, capture=False) as step:
        step(x, y)
