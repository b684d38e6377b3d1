"""How the numbers of arrays are spread, such as the outputs of layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..backend import to_numpy
from ..errors import ArgumentError
from .figures import COLOURS, axes_for

__all__ = ["histograms"]


def histograms(
    named: Mapping[str, Any],
    limits: tuple[float, float] | None = None,
    bins: int = 40,
    axes: Any = None,
) -> Any:
    """Draw a histogram of all numbers of each array, with their standard deviation.

    Parameters
    ----------
    named : dict of str to array
        As :func:`xpnet.nn.layer_outputs` returns them.
    limits : (float, float), optional
        The ends of all axes. Default: those of each array.
    bins : int
    axes : Axes or sequence of Axes, optional
        One for each array. Default: a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, there is no array, or one has no finite number.

    Examples
    --------
    >>> import xpnet as xn
    >>> model = xn.nn.Sequential(xn.nn.Linear(4, 30), xn.nn.Tanh())
    >>> x = xn.nn.init.draw("normal", (50, 4), std=1.0)
    >>> figure = xn.plot.histograms(xn.nn.layer_outputs(model, x), limits=(-2, 2))
    >>> len(figure.axes)
    2
    """
    if not isinstance(named, Mapping) or not named:
        raise ArgumentError(
            f"plot.histograms: named must be arrays by name, got {named!r}; as in "
            "{'weight': layer.weight}"
        )
    figure, found = axes_for("plot.histograms", axes, len(named), (2.2, 1.9), 6)
    for ax, (name, array) in zip(found, named.items(), strict=True):
        values = to_numpy(array).astype(np.float64).reshape(-1)
        values = values[np.isfinite(values)]
        if values.size == 0:
            raise ArgumentError(
                f"plot.histograms: {name!r} must hold a finite number, got none; training has "
                "diverged, or the array is empty"
            )
        # the share of the numbers, so that arrays of all sizes compare
        share = np.full(values.size, 1 / values.size)
        ax.hist(values, bins=bins, range=limits, weights=share, color=COLOURS[0])
        ax.set_title(f"{name}: std {values.std():.2g}", fontsize=9)
        ax.set_yticks([])
        ax.tick_params(labelsize=8)
        ax.spines[["top", "right", "left"]].set_visible(False)
    return figure
