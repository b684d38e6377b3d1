"""Which class was taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend import to_numpy
from ..errors import ArgumentError, ShapeError, choose
from ..training import metrics
from .figures import matplotlib, one_axes

__all__ = ["confusion_matrix"]

NORMALIZE = ("none", "true", "predicted", "all")
WRITTEN = 20  # more classes have no room for numbers


def confusion_matrix(
    y_true: Any,
    y_pred: Any,
    labels: Sequence[Any] | None = None,
    normalize: str = "none",
    ax: Any = None,
) -> Any:
    """Show how often each class was taken for each: right ones in blue, errors in orange.

    Both colours have scales of their own, so that rare errors stand out beside many hits.

    Parameters
    ----------
    y_true : array, (N,)
        Class numbers, whole numbers of any type.
    y_pred : array, (N,) or (N, K)
        Class numbers as integers, or scores.
    labels : sequence, (K,), optional
        Names of the classes. Default: their numbers.
    normalize : {"none", "true", "predicted", "all"}
        Show counts; or percent of the samples of a true class (a row), of those taken for a class
        (a column), or of all samples.
    ax : Axes, optional
        Default: a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, there are more classes than labels, or `y_true` has
        fractions.
    ShapeError
        If there is not one prediction for each sample.

    Examples
    --------
    >>> import numpy as np
    >>> import xpnet as xn
    >>> y_true, y_pred = np.asarray([0, 0, 1, 1]), np.asarray([0, 1, 1, 1])
    >>> figure = xn.plot.confusion_matrix(y_true, y_pred, labels=["cat", "dog"])
    >>> figure.axes[0].get_title()
    '3 of 4 right (75.0 %)'
    """
    choose("plot.confusion_matrix", "normalize", normalize, NORMALIZE)
    counts = _counts(to_numpy(y_true), to_numpy(y_pred), labels)
    k = counts.shape[0]
    names = [str(name) for name in (range(k) if labels is None else labels)]
    shares = _normalized(counts, normalize)
    side = float(np.clip(0.42 * k + 1.4, 3.2, 9.0))
    figure, ax = one_axes(
        "plot.confusion_matrix", ax, (side + (0.3 if k <= WRITTEN else 1.4), side)
    )
    _colour(ax, shares)
    if k <= WRITTEN:
        _write(ax, shares, normalize)
    long = max(map(len, names)) > 3
    ax.set_xticks(range(k), names, rotation=45 if long else 0, ha="right" if long else "center",
                  rotation_mode="anchor" if long else "default")  # fmt: skip
    ax.set_yticks(range(k), names)
    ax.tick_params(length=0, labelsize=9 if k <= WRITTEN else 6)
    unit = {"none": "", "true": ", % of a row", "predicted": ", % of a column", "all": ", % of all"}
    ax.set(xlabel=f"predicted class{unit[normalize]}", ylabel="true class")
    hits, total = int(np.trace(counts)), int(counts.sum())
    ax.set_title(f"{hits:,} of {total:,} right ({hits / max(total, 1):.1%})".replace("%", " %"),
                 fontsize=10)  # fmt: skip
    return figure


def _counts(y_true: np.ndarray, y_pred: np.ndarray, labels: Sequence[Any] | None) -> np.ndarray:
    if y_true.shape[:1] != y_pred.shape[:1]:
        raise ShapeError(
            "plot.confusion_matrix: y_true and y_pred must have the same length, got "
            f"{_length(y_true)} and {_length(y_pred)}; pass those of the same samples"
        )
    if y_true.dtype.kind == "f":
        if not np.all(y_true == np.rint(y_true)):
            raise ArgumentError(
                "plot.confusion_matrix: y_true must be class numbers, got fractions; pass scores "
                "as y_pred"
            )
        y_true = y_true.astype(np.int64)
    largest = max(int(y.max(initial=0)) for y in (y_true, y_pred) if y.dtype.kind in "iub")
    scores = y_pred.shape[1] if y_pred.ndim > 1 and y_pred.dtype.kind == "f" else 2
    k = max(largest + 1, scores) if labels is None else len(labels)
    if k <= largest or k < scores:
        raise ArgumentError(
            f"plot.confusion_matrix: labels must name all classes, {max(largest + 1, scores)} of "
            f"them, got {k}; add the others"
        )
    return np.asarray(metrics.confusion_matrix(y_pred, y_true, classes=k))


def _length(y: np.ndarray) -> str:
    return str(y.shape[0]) if y.ndim else "a single number"


def _normalized(counts: np.ndarray, normalize: str) -> np.ndarray:
    """Return counts, or percent; of a class that does not occur, 0."""
    if normalize == "none":
        return counts
    axis = {"true": 1, "predicted": 0, "all": None}[normalize]
    totals = counts.sum(axis=axis, keepdims=True)
    return np.asarray(100 * counts / np.maximum(totals, 1))


def _colour(ax: Any, shares: np.ndarray) -> None:
    """Colour the diagonal in blue and the rest in orange, from none to the most of its kind."""
    right = np.eye(shares.shape[0], dtype=bool)
    for part, cmap in ((right, "Blues"), (~right, "Oranges")):
        seen = np.ma.masked_where(~part | (shares == 0), shares)
        most = float(shares[part].max(initial=0)) or 1.0
        drawn = ax.imshow(seen, cmap=_middle(cmap), vmin=0, vmax=most, interpolation="nearest")
        if shares.shape[0] > WRITTEN:
            label = "right" if cmap == "Blues" else "errors"
            ax.figure.colorbar(drawn, ax=ax, label=label, shrink=0.6, pad=0.02)
    edges = np.arange(shares.shape[0] + 1) - 0.5
    ax.set_xticks(edges, minor=True)
    ax.set_yticks(edges, minor=True)
    ax.grid(which="minor", color="0.9", linewidth=0.6)
    ax.tick_params(which="minor", length=0)


def _middle(cmap: str) -> Any:
    """Return the colours of a scale without the palest and the darkest, on which none can read."""
    colours = matplotlib("plot.confusion_matrix", "cm").ScalarMappable(cmap=cmap).cmap
    middle = colours(np.linspace(0.15, 0.75, 256))
    return matplotlib("plot.confusion_matrix", "colors").ListedColormap(middle)


def _write(ax: Any, shares: np.ndarray, normalize: str) -> None:
    """Write the numbers into the cells, black or white as the ground wants it."""
    diagonal = max(float(np.diagonal(shares).max(initial=0)), 1e-9)
    form = ",d" if normalize == "none" else ".1f"
    size = 9 if len(format(shares.max(), form)) < 5 else 7.5
    for i, j in zip(*np.nonzero(shares), strict=True):
        text = format(shares[i, j], form)
        dark = i == j and shares[i, j] > 0.7 * diagonal
        colour = "white" if dark else "black"
        ax.text(j, i, text, ha="center", va="center", fontsize=size, color=colour)
