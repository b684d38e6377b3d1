"""What each hyper-parameter of a sweep does to the result."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ArgumentError, choose
from ..training.metrics import lower_is_better
from ..training.sweep import Sweep
from .figures import COLOURS, axes_for

__all__ = ["sweep"]

FEW = 6  # values that all get a tick


def sweep(result: Sweep, column: str, mode: str = "auto", axes: Any = None) -> Any:
    """Draw one panel for each hyper-parameter, and in it one point for each run.

    A line joins the best runs of each value, where values come again. The best run of all is a
    ring. A legend tells so, above a figure of its own and in the first of axes that are given.

    Parameters
    ----------
    result : Sweep
        Of :func:`xpnet.training.sweep`.
    column : str
        What was measured, as in ``"val_accuracy"``.
    mode : {"auto", "min", "max"}
        Whether small or large is good; "auto" knows it from the name.
    axes : Axes or sequence of Axes, optional
        One for each hyper-parameter. Default: a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, or nothing has been measured.

    Examples
    --------
    >>> import xpnet as xn
    >>> space = {"lr": [0.01, 0.1, 1.0], "activation": ["tanh", "relu"]}
    >>> result = xn.training.sweep(lambda lr, activation: lr, space)
    >>> [ax.get_xlabel() for ax in xn.plot.sweep(result, "score").axes]
    ['lr', 'activation']
    """
    if not isinstance(result, Sweep):
        raise ArgumentError(
            f"plot.sweep: result must be a Sweep, got {type(result).__name__}; pass what "
            "training.sweep returned"
        )
    choose("plot.sweep", "mode", mode, ("auto", "min", "max"))
    best = result.best(column, mode) if len(result) else None
    if best is None:
        raise ArgumentError("plot.sweep: there must be a run to draw, got none; sweep first")
    small = lower_is_better(column) if mode == "auto" else mode == "min"
    names = result.settings
    figure, found = axes_for("plot.sweep", axes, len(names), (3.0, 2.8), 4)
    measured = np.asarray(result[column], dtype=np.float64)
    number = next(i for i, row in enumerate(result) if row is best)
    for ax, name in zip(found, names, strict=True):
        places, spread = _places(ax, result[name])
        ax.plot(places, measured, "o", color=COLOURS[0], alpha=0.5, markersize=4, label="a run")
        if len(spread) <= len(result) / 2:
            pick = np.nanmin if small else np.nanmax
            rows = [(p, measured[places == p]) for p in spread]
            line = [(p, pick(values)) for p, values in rows if np.isfinite(values).any()]
            ax.plot(*zip(*line, strict=True), color=COLOURS[1], label="best of each value")
        ring = {"markersize": 10, "markerfacecolor": "none", "color": COLOURS[3]}
        ax.plot(places[number], measured[number], "o", label="best of all", **ring)
        ax.set_xlabel(name)
        ax.grid(alpha=0.3)
        ax.spines[["top", "right"]].set_visible(False)
    found[0].set_ylabel(column.replace("_", " "))
    drawn = [line for ax in found for line in ax.get_lines()]
    handles = {line.get_label(): line for line in drawn}
    if axes is None:
        figure.legend(handles.values(), handles, loc="outside upper center", ncols=3, frameon=False)
    else:
        found[0].legend(handles.values(), handles, fontsize=8, framealpha=0.9)
    return figure


def _places(ax: Any, values: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return where values stand on the axis, and the places that are taken; set its scale."""
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        places = np.asarray(values, dtype=np.float64)
        spread = np.unique(places)
        if spread[0] > 0 and spread[-1] >= 10 * spread[0]:
            ax.set_xscale("log")
            if len(spread) <= FEW:  # 8, 16, ..., 128 in place of powers of ten
                ax.set_xticks(spread, [f"{value:g}" for value in spread])
                ax.set_xticks([], minor=True)
        return places, spread
    names = list(dict.fromkeys(map(str, values)))
    ax.set_xticks(range(len(names)), names)
    ax.margins(x=0.2)
    return np.asarray([names.index(str(v)) for v in values], float), np.arange(float(len(names)))
