"""The images that a model gets wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend import to_numpy
from ..errors import ArgumentError, ShapeError
from ..training.metrics.classes import labels as true_classes
from ..training.metrics.classes import predicted_classes
from .figures import one_axes
from .images import grid
from .pictures import many

__all__ = ["misclassified"]


def misclassified(
    images: Any,
    labels: Any,
    predictions: Any,
    n: int = 25,
    class_names: Sequence[Any] | None = None,
    axes: Any = None,
) -> Any:
    """Show images that were taken for another class, each with its class and the wrong one.

    Parameters
    ----------
    images : array, (N, H, W), (N, 1, H, W) or (N, 3, H, W)
    labels : array of integers, (N,)
        The true classes.
    predictions : array, (N,) or (N, K)
        Classes as integers, or scores. With scores the worst errors come first: those where the
        score of the wrong class is the most above that of the true one. Else the order is that of
        the images.
    n : int
        The largest number of images shown.
    class_names : sequence, (K,), optional
        Default: the numbers.
    axes : sequence or array of Axes, optional
        One for each image shown. Default: a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure
        With a sentence in place of images if all are right.

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, or `n` is not positive.
    ShapeError
        If there are not as many labels and predictions as images.

    Examples
    --------
    >>> import numpy as np
    >>> import xpnet as xn
    >>> x, y = xn.data.load_digits()[0][:10]
    >>> figure = xn.plot.misclassified(x, y, np.full(10, 3))
    >>> len(figure.axes), int(np.count_nonzero(y != 3))
    (9, 9)
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise ArgumentError(
            f"plot.misclassified: n must be a positive integer, got {n!r}; 25 make a square"
        )
    pixels = many("plot.misclassified", images)
    outputs, y = to_numpy(predictions), to_numpy(labels)
    if not pixels.shape[0] == outputs.shape[0] == y.shape[0]:
        raise ShapeError(
            f"plot.misclassified: labels and predictions must be {pixels.shape[0]}, one for each "
            f"image, got {y.shape[0]} and {outputs.shape[0]}; pass those of the same samples"
        )
    predicted, true = predicted_classes(outputs), true_classes(outputs, y)
    wrong = np.nonzero(predicted != true)[0]
    said = f"{wrong.size:,} of {y.shape[0]:,} wrong"
    if wrong.size == 0:
        figure, ax = one_axes("plot.misclassified", axes, (3.2, 1.2))
        ax.text(0.5, 0.5, said, ha="center", va="center", transform=ax.transAxes)
        ax.set_axis_off()
        return figure
    worst = wrong[np.argsort(-_margin(outputs, true, predicted)[wrong], kind="stable")][:n]
    names = _names(class_names, 1 + int(max(predicted.max(), true.max())))
    titles = [f"{names[true[i]]} → {names[predicted[i]]}" for i in worst]
    figure = grid("plot.misclassified", pixels[worst], titles, None, axes)
    if axes is None:
        worst_first = ", the worst first" if outputs.ndim > 1 and outputs.shape[1] > 1 else ""
        few = f"; {worst.size} of them" if worst.size < wrong.size else ""
        figure.suptitle(f"true → predicted: {said}{few}{worst_first}", fontsize=10)
        figure.set_figwidth(max(figure.get_figwidth(), 4.8))
    return figure


def _names(class_names: Sequence[Any] | None, classes: int) -> list[str]:
    if class_names is not None and len(class_names) < classes:
        raise ArgumentError(
            f"plot.misclassified: class_names must name all classes, {classes} of them, got "
            f"{len(class_names)}; add the others"
        )
    return [str(name) for name in (range(classes) if class_names is None else class_names)]


def _margin(outputs: np.ndarray, true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return by how much the score of the predicted class exceeds that of the true one, (N,)."""
    if outputs.dtype.kind != "f" or outputs.ndim < 2 or outputs.shape[1] < 2:
        return np.zeros(true.shape[0])
    rows = np.arange(true.shape[0])
    return np.asarray(outputs[rows, predicted] - outputs[rows, true])
