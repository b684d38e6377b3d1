"""The share of samples that are classified correctly."""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...errors import ArgumentError, ShapeError
from ...typing import Array, State
from .classes import IGNORED, labels, predicted_classes
from .metric import Metric
from .wide import widened

__all__ = ["Accuracy", "TopK", "accuracy", "top_k_accuracy"]


class Accuracy(Metric):
    """The share of samples whose predicted class is the true one; see `accuracy`."""

    name = "accuracy"

    def sums(self, outputs: Array, y: Array) -> State:
        """Count the correct ones."""
        xp = namespace(outputs, y)
        true = labels(outputs, y)
        return {
            "correct": xp.count_nonzero(predicted_classes(outputs) == true),
            "count": xp.count_nonzero(true != IGNORED),
        }

    def compute(self, state: State) -> Any:
        """Divide by the number of samples; of none, the share is 0."""
        count = widened(state["count"])
        return widened(state["correct"]) / namespace(count).maximum(
            count, namespace(count).ones_like(count)
        )


class TopK(Metric):
    """The share of samples whose true class is among the `k` most likely; see `top_k_accuracy`."""

    def __init__(self, k: int) -> None:
        if not isinstance(k, int) or k < 1:
            raise ArgumentError(f"top_k: k must be a positive integer, got {k!r}; 5 is usual")
        self.k = k
        self.name = f"top_{k}"

    def sums(self, outputs: Array, y: Array) -> State:
        """Count the samples with fewer than k scores above the true class's."""
        if outputs.ndim != 2:
            raise ShapeError(
                f"top_{self.k}: outputs must be scores (N, K), got {tuple(outputs.shape)}; "
                "use accuracy for two classes with one score"
            )
        xp = namespace(outputs, y)
        true = xp.expand_dims(labels(outputs, y), axis=1)  # (N,) -> (N, 1)
        classes = xp.arange(outputs.shape[1], dtype=true.dtype, device=outputs.device)
        own = xp.where(classes == true, outputs, xp.zeros_like(outputs))
        score = xp.sum(own, axis=1, keepdims=True)  # (N, 1)
        # equal scores rank by class number, as in argmax: a constant output earns no credit
        ahead = (outputs > score) | ((outputs == score) & (classes < true))
        rank = xp.sum(xp.astype(ahead, xp.int64), axis=1)
        known = xp.squeeze((score == score) & (true >= 0) & (true < outputs.shape[1]), axis=1)
        hit = xp.astype((rank < self.k) & known, xp.int64)
        return {"correct": xp.sum(hit), "count": outputs.shape[0]}

    def compute(self, state: State) -> Any:
        """Divide by the number of samples."""
        return widened(state["correct"]) / state["count"]


def accuracy(outputs: Array, y: Array) -> Array:
    """Return the share of samples that are classified correctly.

    Parameters
    ----------
    outputs : array, (N, K), (N, K, H, W), (N,) or (N, 1)
        Scores of K classes, the largest one wins; or one score, positive for class 1; or
        integers (N,): classes.
    y : array, (N,) or (N, H, W)
        Class numbers; see `classes.labels` for other forms. Samples, or pixels, of class -100 are
        left out, as by the cross-entropy.

    Returns
    -------
    array, ()
        From 0 to 1, of the library of `outputs`.

    Examples
    --------
    >>> import numpy as np
    >>> float(accuracy(np.asarray([[0.1, 0.9], [0.8, 0.2]]), np.asarray([1, 1])))
    0.5
    """
    return Accuracy()(outputs, y)


def top_k_accuracy(outputs: Array, y: Array, k: int = 5) -> Array:
    """Return the share of samples whose true class has one of the `k` highest scores.

    Parameters
    ----------
    outputs : array, (N, K)
    y : array, (N,)
    k : int

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.asarray([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    >>> float(top_k_accuracy(scores, np.asarray([1, 2]), k=2))
    0.5
    """
    return TopK(k)(outputs, y)
