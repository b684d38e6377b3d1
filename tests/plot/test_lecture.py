"""Drawings of functions, of the spread of numbers, and of sweeps."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import plot
from xpnet.errors import ArgumentError

F = xn.nn.functional


def test_a_function_is_drawn_with_its_derivative(drawn, backend):
    figure = plot.functions({"tanh": F.tanh, "silu": F.silu}, low=-2, high=2)
    assert [ax.get_title() for ax in figure.axes] == ["tanh", "silu"]
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    z = lines["f(z)"].get_xdata()
    assert (z[0], z[-1]) == (-2, 2)
    np.testing.assert_allclose(lines["f(z)"].get_ydata(), np.tanh(z), atol=1e-12)
    np.testing.assert_allclose(lines["f′(z)"].get_ydata(), 1 - np.tanh(z) ** 2, atol=1e-12)
    drawn(figure)


def test_functions_without_derivative_are_drawn_alone():
    figure = plot.functions({"sign": F.sign}, derivatives=False)
    assert "f′(z)" not in [line.get_label() for line in figure.axes[0].get_lines()]


@pytest.mark.parametrize("named", [{}, F.tanh, {"tanh": "tanh"}])
def test_functions_must_be_functions(named):
    with pytest.raises(ArgumentError, match=r"plot.functions: named must be functions by name"):
        plot.functions(named)


def test_an_axis_has_two_ends():
    with pytest.raises(ArgumentError, match="low must be below high, got 1 and 1; -5 and 5 are"):
        plot.functions({"tanh": F.tanh}, low=1, high=1)


def test_a_histogram_shows_shares_and_the_standard_deviation(drawn):
    figure = plot.histograms({"a": np.asarray([-1.0, 1.0, np.nan]), "b": np.ones((2, 3))}, (-2, 2))
    assert [ax.get_title() for ax in figure.axes] == ["a: std 1", "b: std 0"]
    for ax in figure.axes:
        assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1)
    drawn(figure)


def test_a_histogram_needs_numbers():
    with pytest.raises(ArgumentError, match=r"plot.histograms: named must be arrays by name"):
        plot.histograms(np.ones(3))
    with pytest.raises(ArgumentError, match="'a' must hold a finite number, got none; training"):
        plot.histograms({"a": np.full(3, np.nan)})


def searched(**space):
    return xn.training.sweep(lambda **settings: {"val_accuracy": settings["lr"]}, space)


def test_a_sweep_has_a_panel_for_each_hyper_parameter_and_a_ring_around_the_best(drawn):
    result = searched(lr=[0.01, 0.1, 0.5], units=[8, 16], activation=["tanh", "relu"])
    figure = plot.sweep(result, "val_accuracy")
    rates, units, activations = figure.axes
    assert [ax.get_xlabel() for ax in figure.axes] == ["lr", "units", "activation"]
    assert (rates.get_xscale(), units.get_xscale()) == ("log", "linear")
    assert [tick.get_text() for tick in activations.get_xticklabels()] == ["tanh", "relu"]
    points, line, ring = rates.get_lines()
    assert len(points.get_xdata()) == 12
    assert list(line.get_ydata()) == [0.01, 0.1, 0.5]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (0.5, 0.5)
    (legend,) = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["a run", "best of each value", "best of all"]
    drawn(figure)


def test_few_values_of_a_wide_range_all_get_a_tick_and_many_get_powers_of_ten():
    few, many = [8, 16, 32, 64, 128], [1, 2, 4, 8, 16, 32, 64]
    units = plot.sweep(searched(lr=[0.1], units=few), "val_accuracy").axes[1]
    assert [tick.get_text() for tick in units.get_xticklabels()] == ["8", "16", "32", "64", "128"]
    assert not units.get_xticks(minor=True).size
    units = plot.sweep(searched(lr=[0.1], units=many), "val_accuracy").axes[1]
    assert 64.0 not in units.get_xticks()


def test_axes_that_are_given_get_the_legend_of_a_sweep():
    figure = plot.sweep(searched(lr=[0.1, 0.2]), "val_accuracy")
    again = plot.sweep(searched(lr=[0.1, 0.2]), "val_accuracy", axes=figure.axes)
    texts = [text.get_text() for text in again.axes[0].get_legend().get_texts()]
    assert texts == ["a run", "best of all"]


def test_small_losses_are_the_best_and_runs_that_diverged_are_left_out(drawn):
    result = xn.training.Sweep(["lr"])
    for lr, loss in [(1, 0.5), (1, 0.2), (2, 0.3), (2, np.nan), (9, np.nan), (9, np.nan)]:
        result.append({"lr": lr}, {"val_loss": loss})
    _, line, ring = drawn(plot.sweep(result, "val_loss")).axes[0].get_lines()
    assert list(line.get_ydata()) == [0.2, 0.3]
    assert ring.get_ydata()[0] == 0.2


def test_values_that_never_come_again_have_no_line():
    result = searched(lr=[0.1, 0.2, 0.3])
    assert len(plot.sweep(result, "val_accuracy").axes[0].get_lines()) == 2


def test_a_sweep_is_what_a_sweep_returned():
    with pytest.raises(ArgumentError, match=r"plot.sweep: result must be a Sweep, got list; pass"):
        plot.sweep([], "val_loss")
    with pytest.raises(ArgumentError, match=r"plot.sweep: there must be a run to draw, got none"):
        plot.sweep(xn.training.Sweep(["lr"]), "val_loss")
    with pytest.raises(ArgumentError, match="column must be one of"):
        plot.sweep(searched(lr=[0.1]), "val_loss")
