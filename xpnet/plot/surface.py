"""A function of two numbers as contours, with the ways that optimizers take on it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..backend import DEFAULT_FLOAT, asarray, to_numpy
from ..errors import ArgumentError, ShapeError, choose
from .figures import COLOURS, matplotlib, one_axes

__all__ = ["surface"]

SCALES = ("linear", "log")
# a log scale has no zero: it begins this many times below the largest height
DECADES = 1e-4
# of a long way only so many points get a dot of their own
DOTS = 60
# what is this many times farther away than the picture is wide is not worth its true place
FAR = 20.0


def surface(
    function: Callable[..., Any],
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    *,
    paths: Mapping[str, Any] | None = None,
    minimum: Sequence[float] | None = None,
    levels: int = 20,
    scale: str = "linear",
    resolution: int = 101,
    dtype: Any = DEFAULT_FLOAT,
    ax: Any = None,
) -> Any:
    """Draw the contours of a function of two numbers, and ways that lead over it.

    Parameters
    ----------
    function : callable
        Written in the array API, of one argument or of two: ``function(points)`` gets (N, 2) and
        returns (N,); ``function(x, y)`` gets the coordinates, each (N,), and returns (N,). The
        arrays are of the current device.
    xlim, ylim : (float, float)
        The part of the plane that is shown.
    paths : dict of str to array (T, 2), optional
        Ways by name, such as the parameters of a model after each step; of any library. The first
        point is a ring, the last one a star. What leads out of the picture is cut off there.
    minimum : (float, float), optional
        A point that gets a cross.
    levels : int
        The number of contours.
    scale : {"linear", "log"}
        Contours at equal distances in height, or in the logarithm of the height above the lowest
        point: for functions with steep walls and a flat valley.
    resolution : int
        The function is computed at this many places in both directions.
    dtype : str
        Of the points that the function gets.
    ax : Axes, optional
        Default: a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, limits, levels, scale or resolution make no sense, or the
        function takes other arguments or is nowhere finite.
    ShapeError
        If the function does not return one number for each point, or a path is not (T, 2).

    Examples
    --------
    >>> import xpnet as xn
    >>> way = [[2.0, 1.0], [1.0, 0.5], [0.5, 0.25]]
    >>> figure = xn.plot.surface(lambda x, y: x**2 + 4 * y**2, (-3, 3), (-2, 2), paths={"way": way})
    >>> figure.axes[0].get_legend().get_texts()[0].get_text()
    'way'
    """
    xlim, ylim = _limits("xlim", xlim), _limits("ylim", ylim)
    choose("plot.surface", "scale", scale, SCALES)
    _require_count("levels", levels, 1, 20)
    _require_count("resolution", resolution, 2, 101)
    ways = {str(name): _way(str(name), points) for name, points in (paths or {}).items()}
    x, y, height = _heights(function, xlim, ylim, resolution, dtype)
    figure, ax = one_axes("plot.surface", ax, (5.6, 4.4))
    at = _levels(height, levels, scale)
    norm = matplotlib("plot.surface", "colors").BoundaryNorm(at, 256, extend="both")
    # grey, so that every colour of a path stands out
    ax.contourf(x, y, height, at, cmap="Greys", norm=norm, alpha=0.35, extend="both")
    ax.contour(x, y, height, at, colors="0.55", linewidths=0.5)
    for number, (name, points) in enumerate(ways.items()):
        _draw(ax, _near(points, xlim, ylim), name, COLOURS[number % len(COLOURS)])
    if minimum is not None:
        ax.plot(*(float(c) for c in minimum), "x", color="black", markersize=8, zorder=5)
    ax.set(xlim=xlim, ylim=ylim)
    if ways:
        ax.legend(fontsize=8, framealpha=0.85)
    return figure


def _heights(
    function: Callable[..., Any],
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    n: int,
    dtype: Any,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the coordinates (n,) and (n,) of a grid, and the function's values (n, n) on it."""
    x, y = np.linspace(*xlim, n), np.linspace(*ylim, n)
    across, up = (c.ravel() for c in np.meshgrid(x, y))  # (n²,), (n²,)
    parts = [np.stack([across, up], axis=1)] if _of_points(function) else [across, up]
    height = to_numpy(function(*(asarray(part, dtype=dtype) for part in parts)))
    if height.shape != (n * n,):
        raise ShapeError(
            f"plot.surface: function must return one number for each point, ({n * n},), got "
            f"{height.shape}; sum over the last axis only, as in xp.sum(points**2, axis=-1)"
        )
    height = height.astype(np.float64)
    if not np.any(np.isfinite(height)):
        raise ArgumentError(
            "plot.surface: function must be finite somewhere between xlim and ylim, got none; look "
            "at another part of the plane"
        )
    masked = np.ma.masked_invalid(height.reshape(n, n))
    return x, y, masked


def _of_points(function: Callable[..., Any]) -> bool:
    """Tell whether a function takes points (N, 2), or else two coordinates (N,)."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # written in C
        parameters = ()  # type: ignore[assignment]
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [p for p in parameters if p.kind in positional and p.default is p.empty]
    if len(needed) not in (1, 2):
        raise ArgumentError(
            "plot.surface: function must take points (N, 2) or two coordinates (N,), got one of "
            f"{len(needed)} arguments; wrap it, as in lambda x, y: f(x, y)"
        )
    return len(needed) == 1


def _levels(height: np.ndarray, count: int, scale: str) -> np.ndarray:
    """Return rising heights for the contours, `count` + 1 of them."""
    low, high = float(np.min(height)), float(np.max(height))
    if not high > low:
        high = low + 1.0  # a plain has no contours, but is a picture all the same
    if scale == "linear":
        return np.linspace(low, high, count + 1)
    span = high - low
    return np.asarray(low + np.geomspace(DECADES * span, span, count + 1))


def _draw(ax: Any, points: np.ndarray, name: str, colour: str) -> None:
    every = max(1, len(points) // DOTS)
    x, y = points[:, 0], points[:, 1]
    ax.plot(x, y, ".-", color=colour, linewidth=1.2, markersize=3, markevery=every, label=name)
    ax.plot(x[:1], y[:1], "o", color=colour, markersize=7, markerfacecolor="white", zorder=4)
    ax.plot(x[-1:], y[-1:], "*", color=colour, markersize=10, markeredgecolor="white", zorder=4)


def _near(points: np.ndarray, xlim: tuple[float, float], ylim: tuple[float, float]) -> np.ndarray:
    """Return the points up to the first that is not finite, with far ones brought nearer."""
    finite = np.all(np.isfinite(points), axis=1)
    last = len(points) if np.all(finite) else int(np.argmin(finite))
    low, high = np.asarray([xlim, ylim]).T
    far = FAR * (high - low)
    return np.asarray(np.clip(points[:last], low - far, high + far))


def _way(name: str, points: Any) -> np.ndarray:
    way = np.asarray(points if isinstance(points, list | tuple) else to_numpy(points), np.float64)
    if way.ndim != 2 or way.shape[1] != 2:
        raise ShapeError(
            f"plot.surface: paths must be points (T, 2), got {way.shape} for {name!r}; stack the "
            "parameters of all steps, as in np.stack(steps)"
        )
    return way


def _limits(argument: str, limits: tuple[float, float]) -> tuple[float, float]:
    pair = tuple(float(number) for number in limits)
    if len(pair) != 2 or not all(map(math.isfinite, pair)) or not pair[0] < pair[1]:
        raise ArgumentError(
            f"plot.surface: {argument} must be two numbers, the smaller first, got {limits!r}; "
            "(-1, 1) shows what is near 0"
        )
    return pair


def _require_count(argument: str, value: int, least: int, usual: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ArgumentError(
            f"plot.surface: {argument} must be an integer >= {least}, got {value!r}; {usual} is "
            "the default"
        )
