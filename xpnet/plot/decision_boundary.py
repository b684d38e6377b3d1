"""What a classifier says in every point of the plane, and the samples it has learnt from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..autograd import no_grad
from ..backend import DEFAULT_FLOAT, asarray, device_of, is_floating, to_numpy, unwrap
from ..errors import ArgumentError, DataError, ShapeError
from .figures import COLOURS, matplotlib, one_axes

__all__ = ["decision_boundary"]

WHERE = "plot.decision_boundary"
MARKERS = "os^DvPX"  # classes differ in shape too, for print without colour
AT_ONCE = 10_000  # points; a kernel machine makes a row of numbers for each


def decision_boundary(
    scores: Callable[[Any], Any],
    x: Any,
    y: Any = None,
    *,
    levels: Sequence[float] = (0.0,),
    marked: Any = None,
    class_names: Sequence[Any] | None = None,
    title: str | None = None,
    xlabel: str = "x₁",
    ylabel: str = "x₂",
    limits: tuple[tuple[float, float], tuple[float, float]] | None = None,
    resolution: int = 200,
    ax: Any = None,
) -> Any:
    """Colour the plane by what a classifier says, and draw its boundary and the samples.

    Parameters
    ----------
    scores : callable
        From points (M, 2), an array of the library, device and (floating) dtype of `x`, to scores:
        (M,) or (M, 1), where 0 and more speaks for the second of two classes; or (M, K), where the
        largest decides. As in ``model.predict``, ``model.scores``, or a function.
    x : array, (N, 2)
        The samples.
    y : array, (N,), optional
        Their classes: -1 and 1, or 0 and 1, where there is one score; 0 to K - 1 where there are K.
        Without them the samples are black points.
    levels : sequence of float
        Scores at which lines are drawn: solid at 0, the boundary, and dashed at others, as are the
        margins -1 and 1 of a support vector machine. With K scores: of each class, how much its
        score exceeds the largest of the others.
    marked : array, optional
        The samples that get a ring: a boolean mask (N,), or their indices.
    class_names : sequence, (K,), optional
        For a legend; the first is the class of negative scores. Default: no legend.
    title, xlabel, ylabel : str, optional
    limits : ((float, float), (float, float)), optional
        The part of the plane: of the first and of the second coordinate. Default: the samples and
        a tenth more on each side.
    resolution : int
        The number of points at which `scores` is asked, in each direction.
    ax : Axes, optional
        Default: a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, or an argument makes no sense.
    ShapeError
        If `x` is not (N, 2), there is not one class for each sample, or the scores are not one row
        for each point.
    DataError
        If samples or scores are not finite.

    Examples
    --------
    >>> import xpnet as xn
    >>> x, y = xn.data.moons(100).arrays
    >>> figure = xn.plot.decision_boundary(
    ...     lambda p: p[:, 1] - 0.25, x, 1 - y, levels=(-0.5, 0.0, 0.5), title="a straight line"
    ... )
    >>> figure.axes[0].get_title()
    'a straight line'
    """
    if not callable(scores):
        raise ArgumentError(
            f"{WHERE}: scores must be a function of points (M, 2), got {type(scores).__name__}; "
            "pass model.predict or a lambda"
        )
    if isinstance(resolution, bool) or not isinstance(resolution, int) or resolution < 2:
        raise ArgumentError(
            f"{WHERE}: resolution must be an integer from 2, got {resolution!r}; 200 is usual"
        )
    x = unwrap(x)
    samples = _samples(x)
    rings = None if marked is None else samples[_marked(to_numpy(marked), len(samples))]
    heights = _levels(levels)
    spans = _spans(samples, limits)
    figure, ax = one_axes(WHERE, ax, (4.8, 4.0))
    grid = [np.linspace(*span, resolution) for span in spans]
    gaps = _gaps(_ask(scores, x, grid))  # (K, resolution, resolution)
    k = max(len(gaps), 2)
    classes = None if y is None else _classes(to_numpy(y), len(samples), k, one=len(gaps) == 1)
    names = None if class_names is None else [str(name) for name in class_names]
    if names is not None and len(names) < k:
        raise ArgumentError(
            f"{WHERE}: class_names must name all classes, {k} of them, got {len(names)}; add the "
            "others"
        )
    _regions(ax, grid, gaps)
    _lines(ax, grid, gaps, heights)
    _points(ax, samples, classes, k, names)
    if rings is not None:
        ax.scatter(*rings.T, s=95, facecolors="none", edgecolors="black", linewidths=1.2, zorder=4)
    ax.set(xlim=spans[0], ylim=spans[1], xlabel=xlabel, ylabel=ylabel)
    if title is not None:
        ax.set_title(title, fontsize=10)
    return figure


def _samples(x: Any) -> np.ndarray:
    samples = to_numpy(x)
    if samples.ndim != 2 or samples.shape[1] != 2:
        raise ShapeError(
            f"{WHERE}: x must be (N, 2), points of the plane, got {tuple(samples.shape)}; choose "
            "two features"
        )
    if not np.all(np.isfinite(samples)):
        raise DataError(f"{WHERE}: x must be finite, got NaN or infinity; leave out those samples")
    return samples


def _marked(marked: np.ndarray, n: int) -> np.ndarray:
    """Return the indices of a mask, or those given."""
    if marked.dtype.kind == "b" and marked.shape == (n,):
        return np.flatnonzero(marked)
    indices = marked.ndim == 1 and (marked.dtype.kind in "iu" or marked.size == 0)
    if indices and not np.any((marked < -n) | (marked >= n)):
        return marked.astype(np.int64)
    raise ArgumentError(
        f"{WHERE}: marked must be a mask ({n},) of booleans or indices below {n}, got "
        f"{marked.dtype} of shape {marked.shape}; one entry for each sample, or one for each ring"
    )


def _levels(levels: Sequence[float]) -> list[float]:
    try:
        return sorted({float(level) for level in levels})
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"{WHERE}: levels must be numbers, got {levels!r}; (-1.0, 0.0, 1.0) draws margins too"
        ) from error


def _spans(samples: np.ndarray, limits: Any) -> list[tuple[float, float]]:
    """Return the part of the plane to draw: the first coordinate's (low, high), the second's."""
    if limits is not None:
        spans = np.asarray(limits, dtype=np.float64)
        if spans.shape != (2, 2) or not np.all(spans[:, 0] < spans[:, 1]):
            raise ArgumentError(
                f"{WHERE}: limits must be ((low, high), (low, high)), got {limits!r}; leave them "
                "out to see all samples"
            )
        return [(float(low), float(high)) for low, high in spans]
    if not len(samples):
        return [(-1.0, 1.0), (-1.0, 1.0)]
    lows, highs = samples.min(axis=0), samples.max(axis=0)
    sides = [0.1 * float(high - low) or 1.0 for low, high in zip(lows, highs, strict=True)]
    return [
        (float(low) - side, float(high) + side)
        for low, high, side in zip(lows, highs, sides, strict=True)
    ]


def _ask(scores: Callable[[Any], Any], x: Any, grid: list[np.ndarray]) -> np.ndarray:
    """Return the scores of all points of the grid, (height, width, K)."""
    height, width = len(grid[1]), len(grid[0])
    points = np.stack(np.meshgrid(*grid), axis=-1).reshape(-1, 2)  # (height, width, 2) -> (M, 2)
    dtype = x.dtype if is_floating(x) else DEFAULT_FLOAT
    answers = []
    for start in range(0, len(points), AT_ONCE):
        part = asarray(points[start : start + AT_ONCE], dtype, device_of(x))
        with no_grad():
            answer = to_numpy(scores(part))
        if answer.ndim not in (1, 2) or len(answer) != part.shape[0] or answer.shape[1:] == (0,):
            raise ShapeError(
                f"{WHERE}: scores must give ({len(part)},) or ({len(part)}, K) for "
                f"({len(part)}, 2), got {tuple(answer.shape)}; return one row for each point"
            )
        answers.append(answer.reshape(len(answer), -1).astype(np.float64))
    found = np.concatenate(answers)
    if not np.all(np.isfinite(found)):
        raise DataError(
            f"{WHERE}: scores must be finite, got NaN or infinity; look at the model's parameters"
        )
    return found.reshape(height, width, -1)


def _gaps(scores: np.ndarray) -> np.ndarray:
    """Return by how much each class is ahead, (K, height, width); one score as it is."""
    planes = np.moveaxis(scores, -1, 0)  # (height, width, K) -> (K, height, width)
    if len(planes) == 1:
        return planes
    others = [np.delete(planes, i, axis=0).max(axis=0) for i in range(len(planes))]
    return np.asarray(planes - np.stack(others))


def _classes(y: np.ndarray, n: int, k: int, one: bool) -> np.ndarray:
    """Return the classes as numbers from 0; of one score, -1 is 0 as well."""
    if y.shape != (n,):
        raise ShapeError(
            f"{WHERE}: y must be ({n},), one class for each sample, got {tuple(y.shape)}; pass "
            "class numbers, not scores"
        )
    found = set(np.unique(y).tolist())
    if one and (found <= {0, 1} or found <= {-1, 1}):
        return np.asarray(y > 0, dtype=np.int64)
    if not one and found <= set(range(k)):
        return y.astype(np.int64)
    wanted = "0 and 1 or -1 and 1" if one else f"whole numbers from 0 to {k - 1}"
    shown = ", ".join(str(value) for value in sorted(found)[:4]) + ", ..." * (len(found) > 4)
    raise ArgumentError(
        f"{WHERE}: y must be {wanted} where scores are {'(M,)' if one else f'(M, {k})'}, got "
        f"{shown}; scores (M, K) are for K classes"
    )


def _regions(ax: Any, grid: list[np.ndarray], gaps: np.ndarray) -> None:
    """Colour each class's part of the plane in its own colour, made pale."""
    to_rgb = matplotlib(WHERE, "colors").to_rgb
    pale = [1 - 0.28 * (1 - np.asarray(to_rgb(colour))) for colour in COLOURS]
    least = -np.finfo(np.float64).tiny  # an exact 0 is the second class's, as in predict
    size = float(np.abs(gaps).max()) + 1.0
    if len(gaps) == 1:
        ax.contourf(*grid, gaps[0], levels=[-size, least, size], colors=pale[:2], zorder=0)
        return
    for i in reversed(range(len(gaps))):  # of equal scores the first class counts, as in argmax
        colour = [pale[i % len(pale)]]
        ax.contourf(*grid, gaps[i], levels=[least, size], colors=colour, zorder=0)


def _lines(ax: Any, grid: list[np.ndarray], gaps: np.ndarray, levels: list[float]) -> None:
    # two scores have one boundary
    for gap in gaps[1:] if len(gaps) == 2 else gaps:
        seen = [level for level in levels if gap.min() < level < gap.max()]
        if seen:
            styles = ["solid" if level == 0 else "dashed" for level in seen]
            widths = [1.6 if level == 0 else 1.0 for level in seen]
            ax.contour(*grid, gap, levels=seen, colors="black", linestyles=styles,
                       linewidths=widths, zorder=2)  # fmt: skip


def _points(
    ax: Any, samples: np.ndarray, classes: np.ndarray | None, k: int, names: list[str] | None
) -> None:
    if classes is None:
        ax.scatter(*samples.T, s=20, color="black", linewidths=0, zorder=3)
        return
    for i in range(k):
        here = samples[classes == i]
        look = {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)]}
        label = None if names is None else names[i]
        ax.scatter(*here.T, s=26, edgecolors="white", linewidths=0.6, zorder=3, label=label, **look)
    if names is not None:
        ax.legend(fontsize=8, framealpha=0.9)
