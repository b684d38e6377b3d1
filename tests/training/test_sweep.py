"""Grids are complete, random points are seeded, tables say which run is best."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet as xn
from xpnet import training
from xpnet.errors import ArgumentError

SPACE = {"lr": [0.01, 0.1, 1.0], "activation": ["tanh", "relu"]}


def distance(lr, activation):
    return {"val_loss": abs(math.log10(lr) + 1), "epoch": 1 if activation == "tanh" else 2}


def test_a_grid_is_complete_and_the_last_name_goes_fastest():
    result = training.sweep(distance, SPACE)
    assert [(row["lr"], row["activation"]) for row in result] == [
        (lr, activation) for lr in SPACE["lr"] for activation in SPACE["activation"]
    ]
    assert result.columns == ["lr", "activation", "val_loss", "epoch"]
    assert result.settings == ("lr", "activation")


def test_some_points_of_a_grid_are_different_ones():
    result = training.sweep(distance, SPACE, samples=5)
    assert len(result) == len({(row["lr"], row["activation"]) for row in result}) == 5
    assert len(training.sweep(distance, SPACE, samples=50)) == 6


def test_random_points_depend_on_the_seed_alone_and_not_on_their_number():
    space = {"lr": training.log_uniform(1e-3, 1.0), "activation": ["tanh", "relu"]}

    def rates(**options):
        return training.sweep(distance, space, **options)["lr"]

    assert rates(samples=6)[:4] == rates(samples=4)
    assert rates(samples=4, seed=1) != rates(samples=4)
    assert len(set(rates(samples=20))) == 20
    assert all(1e-3 <= lr <= 1 for lr in rates(samples=20))


def test_every_run_begins_with_the_same_random_state():
    drawn = training.sweep(
        lambda lr: float(xn.nn.init.draw("normal", (1,))[0]), {"lr": [0.1, 0.2]}, seed=3
    )
    assert drawn["score"][0] == drawn["score"][1]


def test_the_best_run_is_known_from_the_name_of_what_was_measured():
    result = training.sweep(distance, SPACE)
    assert result.best("val_loss")["lr"] == 0.1
    assert result.best("val_loss", mode="max")["lr"] in (0.01, 1.0)
    scores = training.sweep(lambda lr: lr, {"lr": [0.1, 0.3, 0.2]})
    assert scores.best("score") == {"lr": 0.3, "score": 0.3}
    assert scores.top(2, "score")["lr"] == [0.3, 0.2]


def test_a_run_that_diverged_is_never_the_best():
    result = training.Sweep(["lr"])
    for lr, loss in ((9.0, math.nan), (0.1, 0.5), (0.2, 0.4)):
        result.append({"lr": lr}, {"val_loss": loss})
    assert result.top(3, "val_loss")["lr"] == [0.2, 0.1, 9.0]
    assert result.best("val_loss", mode="max")["lr"] == 0.1
    with pytest.raises(ArgumentError, match="must hold a number, got NaN alone; every run has"):
        result.top(1, "lr").best("lr") and training.sweep(lambda lr: math.nan, {"lr": [1.0]}).best(
            "score"
        )


def test_a_number_that_a_run_has_not_is_nan():
    result = training.Sweep(["lr"])
    result.append({"lr": 1}, {"a": 1})
    result.append({"lr": 2}, {"b": 2})
    assert math.isnan(result["a"][1])
    assert result.best("a") == {"lr": 1, "a": 1}


def test_the_table_is_aligned():
    lines = str(training.sweep(distance, SPACE)).splitlines()
    assert lines[0].split() == ["lr", "activation", "val_loss", "epoch"]
    assert lines[3].split() == ["0.1", "tanh", "0", "1"]
    assert len({len(line) for line in lines}) == 1
    assert str(training.Sweep(["lr"])) == "Sweep(no runs)"
    assert repr(training.sweep(distance, SPACE)) == "Sweep(6 runs: lr, activation, val_loss, epoch)"


@pytest.mark.parametrize(
    "space, options, message",
    [
        ({}, {}, "sweep: space must have a hyper-parameter, got none; as in"),
        ({"lr": []}, {}, r"sweep: lr must be a list of values or a function .* got \[\]"),
        ({"lr": "fast"}, {}, r"got 'fast'; write \['fast'\] for a single value"),
        (
            {"lr": training.log_uniform(0.1, 1)},
            {},
            r"samples must be given where values are drawn, got None for \['lr'\]; write",
        ),
        ({"lr": [1.0]}, {"samples": 0}, "sweep: samples must be a positive integer, got 0; None"),
        ({"lr": training.log_uniform(0.1, 1)}, {"samples": 2.5}, "positive integer, got 2.5; 20"),
    ],
)
def test_a_space_that_makes_no_sense_is_refused(space, options, message):
    with pytest.raises(ArgumentError, match=message):
        training.sweep(lambda lr: lr, space, **options)


@pytest.mark.parametrize("low, high", [(0, 1), (1, 1), (0.1, math.inf), (math.nan, 1)])
def test_a_logarithm_needs_positive_ends(low, high):
    with pytest.raises(ArgumentError, match="log_uniform: low and high must be positive and low <"):
        training.log_uniform(low, high)


@pytest.mark.parametrize("measured", ["good", True, {"val_loss": None}])
def test_a_run_returns_numbers(measured):
    with pytest.raises(ArgumentError, match="sweep: run must return numbers, got"):
        training.sweep(lambda lr: measured, {"lr": [1.0]})
    numbers = training.sweep(lambda lr: np.float32(0.5), {"lr": [1.0]})
    assert numbers["score"] == [0.5]


def test_unknown_names_are_refused_with_the_known_ones():
    result = training.sweep(distance, SPACE)
    with pytest.raises(ArgumentError, match=r"Sweep: column must be one of .* did you mean"):
        result["val_los"]
    with pytest.raises(ArgumentError, match=r"Sweep.top: mode must be one of 'auto', 'max', 'min'"):
        result.best("val_loss", mode="low")
    with pytest.raises(ArgumentError, match=r"Sweep.top: n must be a positive integer, got 0"):
        result.top(0, "val_loss")
