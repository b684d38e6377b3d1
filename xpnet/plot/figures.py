"""Matplotlib when it is wanted, the axes to draw in, and the colours."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from ..errors import ArgumentError

__all__ = ["COLOURS", "DIVERGING", "SEQUENTIAL", "axes_for", "matplotlib", "one_axes"]

# Told apart also by those who see no red or no green: M. Okabe, K. Ito, 2008, "Color universal
# design", without the yellow, which is too light for lines.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"


def matplotlib(where: str, module: str) -> Any:
    """Return a module of Matplotlib, as in ``matplotlib(where, "figure").Figure``.

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed.
    """
    try:
        return importlib.import_module(f"matplotlib.{module}")
    except ImportError as error:
        raise ArgumentError(
            f"{where}: Matplotlib must be installed, got none; pip install 'xpnet[plot]'"
        ) from error


def axes_for(
    where: str,
    axes: Any,
    count: int,
    size: tuple[float, float],
    columns: int | None = None,
) -> tuple[Any, list[Any]]:
    """Return a figure and `count` axes of it: those given, or those of a new figure.

    Parameters
    ----------
    where : str
        The function that asks, for messages.
    axes : Axes, sequence or array of Axes, or None
    count : int
    size : (float, float)
        Width and height of each axes of a new figure, inches.
    columns : int, optional
        Of a new figure. Default: all axes in one row.

    Raises
    ------
    ArgumentError
        If too few axes are given, or what is given are none.
    """
    if axes is None:
        figures = matplotlib(where, "figure")
        columns = min(count, columns or count)
        rows = math.ceil(count / columns)
        figure = figures.Figure((size[0] * columns, size[1] * rows), layout="constrained")
        return figure, [figure.add_subplot(rows, columns, i + 1) for i in range(count)]
    found = list(np.ravel(np.asarray(axes, dtype=object)))
    strange = [ax for ax in found if not hasattr(ax, "imshow")]
    if strange or len(found) < count:
        came = type(strange[0]).__name__ if strange else f"{len(found)}"
        raise ArgumentError(
            f"{where}: axes must be {count} Axes of Matplotlib, got {came}; leave them out, and a "
            "figure of the right size is made"
        )
    return found[0].figure, found[:count]


def one_axes(where: str, ax: Any, size: tuple[float, float]) -> tuple[Any, Any]:
    """Return a figure and its axes: the one given, or that of a new figure of `size`, inches."""
    figure, found = axes_for(where, ax, 1, size)
    return figure, found[0]
