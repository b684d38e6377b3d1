"""The confusion matrix, and what follows from it: precision, recall, F1, IoU."""

from __future__ import annotations

import math
from typing import Any

from ...backend import extra, is_floating, namespace, to_numpy
from ...errors import ArgumentError, choose
from ...typing import Array, State
from .classes import labels, predicted_classes
from .metric import Metric
from .wide import widened

__all__ = ["F1", "ConfusionMatrix", "IoU", "Precision", "Recall", "confusion_matrix", "f1", "iou",
           "precision", "recall"]  # fmt: skip

AVERAGES = ("macro", "micro", "none")


class ConfusionMatrix(Metric):
    """How often class i was taken for class j; see `confusion_matrix`.

    Parameters
    ----------
    classes : int, optional
        K. Default: the number of scores; needed when the outputs are class numbers.
    """

    name = "confusion_matrix"

    def __init__(self, classes: int | None = None) -> None:
        if classes is not None and (not isinstance(classes, int) or classes < 2):
            raise ArgumentError(
                f"{self.name}: classes must be an integer > 1, got {classes!r}; "
                "it is the number of classes"
            )
        self.classes = classes

    def sums(self, outputs: Array, y: Array) -> State:
        """Count pairs of classes: a product of one-hot matrices, without scattered writes."""
        xp = namespace(outputs, y)
        true, predicted = labels(outputs, y), predicted_classes(outputs)
        k = self.classes or _number_of_classes(outputs, true, predicted)
        # one product for each image, for all samples together if they have one label each: P labels
        parts = (true.shape[0], math.prod(true.shape[1:])) if true.ndim > 1 else (1, true.shape[0])
        dtype = xp.float32  # exact up to P = 2**24, and fast
        rows = extra.one_hot(xp.reshape(true, parts), k, dtype, xp)  # (N, P, K)
        columns = extra.one_hot(xp.reshape(predicted, parts), k, dtype, xp)  # (N, P, K)
        counts = xp.matmul(xp.matrix_transpose(rows), columns)  # (N, K, P) (N, P, K) -> (N, K, K)
        return {"counts": xp.sum(xp.astype(counts, xp.int64), axis=0)}

    def compute(self, state: State) -> Any:
        """Return the matrix itself."""
        return state["counts"]


class _FromCounts(ConfusionMatrix):
    """A share for each class, and its average.

    Parameters
    ----------
    average : {"macro", "micro", "none"}
        Mean over the classes that occur; of all decisions together; or each class, (K,).
    classes : int, optional
        See `ConfusionMatrix`.
    """

    base = ""

    def __init__(self, average: str = "macro", classes: int | None = None) -> None:
        self.average = choose(self.base, "average", average, AVERAGES)
        self.name = self.base if average == "macro" else f"{self.base}_{average}"
        super().__init__(classes)

    def shares(self, hits: Array, true: Array, predicted: Array) -> tuple[Array, Array]:
        """Return numerators and denominators from the counts of each class."""
        raise NotImplementedError

    def compute(self, state: State) -> Any:
        """Average the shares of the classes; a share 0/0 counts as 0."""
        counts = state["counts"]
        xp = namespace(counts)
        hits = widened(xp.linalg.diagonal(counts))
        true = widened(xp.sum(counts, axis=1))
        predicted = widened(xp.sum(counts, axis=0))
        if self.average == "micro":
            hits, true, predicted = xp.sum(hits), xp.sum(true), xp.sum(predicted)
        numerator, denominator = self.shares(hits, true, predicted)
        one = xp.ones_like(denominator)
        shares = numerator / xp.where(denominator > 0, denominator, one)
        if self.average != "macro":
            return shares
        occurs = xp.astype(true + predicted > 0, true.dtype)
        return xp.sum(shares * occurs) / xp.maximum(xp.sum(occurs), xp.ones_like(xp.sum(occurs)))


class Precision(_FromCounts):
    """Of the samples taken for a class, the share that belong to it; see `precision`."""

    name = base = "precision"

    def shares(self, hits: Array, true: Array, predicted: Array) -> tuple[Array, Array]:
        """Hits of what was predicted."""
        return hits, predicted


class Recall(_FromCounts):
    """Of the samples of a class, the share that was found; see `recall`."""

    name = base = "recall"

    def shares(self, hits: Array, true: Array, predicted: Array) -> tuple[Array, Array]:
        """Hits of what is true."""
        return hits, true


class F1(_FromCounts):
    """The harmonic mean of precision and recall; see `f1`."""

    name = base = "f1"

    def shares(self, hits: Array, true: Array, predicted: Array) -> tuple[Array, Array]:
        """2 hits / (true + predicted)."""
        return 2 * hits, true + predicted


class IoU(_FromCounts):
    """Intersection over union, the Jaccard index of prediction and truth; see `iou`."""

    name = base = "iou"

    def shares(self, hits: Array, true: Array, predicted: Array) -> tuple[Array, Array]:
        """Hits of what is true or predicted."""
        return hits, true + predicted - hits


def confusion_matrix(outputs: Array, y: Array, classes: int | None = None) -> Array:
    """Return how often samples of class i (row) were taken for class j (column).

    Parameters
    ----------
    outputs : array, (N, K), (N, K, H, W), (N,) or (N, 1)
        Scores; or classes, integers (N,) or (N, H, W).
    y : array, (N,) or (N, H, W)
        Class numbers. Samples, or pixels, of a class outside 0 ... K - 1 are not counted.
    classes : int, optional
        K. Default: the number of scores, or one more than the largest class number.

    Returns
    -------
    array of int64, (K, K)

    Examples
    --------
    >>> import numpy as np
    >>> confusion_matrix(np.asarray([0, 1, 1, 1]), np.asarray([0, 0, 1, 1]))
    array([[1, 1],
           [0, 2]])
    """
    return ConfusionMatrix(classes)(outputs, y)


def precision(
    outputs: Array, y: Array, average: str = "macro", classes: int | None = None
) -> Array:
    """Return TP / (TP + FP): of the samples taken for a class, the share that belong to it.

    Parameters
    ----------
    outputs, y, classes
        See `confusion_matrix`.
    average : {"macro", "micro", "none"}
        Mean over the classes that occur; of all decisions together; or each class, (K,).

    Examples
    --------
    >>> import numpy as np
    >>> precision(np.asarray([0, 1, 1, 1]), np.asarray([0, 0, 1, 0]), average="none").round(2)
    array([1.  , 0.33])
    """
    return Precision(average, classes)(outputs, y)


def recall(outputs: Array, y: Array, average: str = "macro", classes: int | None = None) -> Array:
    """Return TP / (TP + FN): of the samples of a class, the share that was found.

    Parameters
    ----------
    outputs, y, average, classes
        See `precision`.

    Examples
    --------
    >>> import numpy as np
    >>> recall(np.asarray([0, 1, 1, 1]), np.asarray([0, 0, 1, 0]), average="none").round(2)
    array([0.33, 1.  ])
    """
    return Recall(average, classes)(outputs, y)


def f1(outputs: Array, y: Array, average: str = "macro", classes: int | None = None) -> Array:
    """Return 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall.

    Parameters
    ----------
    outputs, y, average, classes
        See `precision`.

    Examples
    --------
    >>> import numpy as np
    >>> float(f1(np.asarray([0, 1, 1, 1]), np.asarray([0, 0, 1, 0]), average="macro"))
    0.5
    """
    return F1(average, classes)(outputs, y)


def iou(outputs: Array, y: Array, average: str = "macro", classes: int | None = None) -> Array:
    """Return TP / (TP + FP + FN): intersection over union of what is predicted and what is true.

    The measure of segmentation: with scores (N, K, H, W) and labels (N, H, W), pixels of all images
    are counted together. Its mean over the classes is also called mIoU. Pixels whose label is no
    class, such as -100, are left out.

    P. Jaccard, 1901, *Étude comparative de la distribution florale*.

    Parameters
    ----------
    outputs, y, average, classes
        See `precision`.

    Examples
    --------
    >>> import numpy as np
    >>> predicted, y = np.asarray([[0, 1], [1, 1]]), np.asarray([[0, 0], [1, 1]])
    >>> iou(predicted, y, average="none").round(2)
    array([0.5 , 0.67])
    """
    return IoU(average, classes)(outputs, y)


def _number_of_classes(outputs: Array, true: Array, predicted: Array) -> int:
    if is_floating(outputs):
        return max(outputs.shape[1], 2) if outputs.ndim > 1 else 2
    largest = max(int(to_numpy(x).max(initial=0)) for x in (true, predicted))
    return max(largest + 1, 2)
