"""Functions of one number, such as activations, with their derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..autograd import grad
from ..backend import asarray, namespace, to_numpy
from ..errors import ArgumentError
from .figures import COLOURS, axes_for

__all__ = ["functions"]

POINTS = 401


def functions(
    named: Mapping[str, Callable[[Any], Any]],
    low: float = -5.0,
    high: float = 5.0,
    derivatives: bool = True,
    axes: Any = None,
) -> Any:
    """Draw functions and their derivatives, which the tape computes.

    Parameters
    ----------
    named : dict of str to callable
        Functions of an array that work on each number by itself, such as those of
        ``nn.functional``, by the titles of their panels.
    low, high : float
        The ends of the axis.
    derivatives : bool
        Draw f′ as well, dashed.
    axes : Axes or sequence of Axes, optional
        One for each function. Default: a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, there is no function, or low is not below high.

    Examples
    --------
    >>> import xpnet as xn
    >>> from xpnet.nn import functional as F
    >>> figure = xn.plot.functions({"sigmoid": F.sigmoid, "tanh": F.tanh})
    >>> [ax.get_title() for ax in figure.axes]
    ['sigmoid', 'tanh']
    """
    if not isinstance(named, Mapping) or not named or not all(map(callable, named.values())):
        raise ArgumentError(
            f"plot.functions: named must be functions by name, got {named!r}; as in "
            "{'tanh': nn.functional.tanh}"
        )
    if not -math.inf < low < high < math.inf:
        raise ArgumentError(
            f"plot.functions: low must be below high, got {low!r} and {high!r}; -5 and 5 are the "
            "default"
        )
    figure, found = axes_for("plot.functions", axes, len(named), (2.9, 2.5), 4)
    # in float64, as a picture of a difference shows the rounding of float32
    z = asarray(np.linspace(low, high, POINTS), "float64")
    for ax, (name, function) in zip(found, named.items(), strict=True):
        ax.axhline(0, color="0.8", linewidth=0.8)
        ax.axvline(0, color="0.8", linewidth=0.8)
        ax.plot(to_numpy(z), to_numpy(function(z)), color=COLOURS[0], label="f(z)")
        if derivatives:
            slope = grad(_total(function))(z)
            ax.plot(to_numpy(z), to_numpy(slope), "--", color=COLOURS[3], label="f′(z)")
        ax.set_title(name, fontsize=10)
        ax.spines[["top", "right"]].set_visible(False)
        if ax is found[0]:
            ax.legend(frameon=False, fontsize=8)
    return figure


def _total(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return z -> Σ f(z_i), whose gradient is the derivative at every point."""

    def total(z: Any) -> Any:
        return namespace(z).sum(function(z))

    return total
