"""Measures of quality: functions of arrays of any library, and their streaming versions.

===================  ================================================================
``metric.py``        Metric: sums that stay on the device, a value when it is wanted
``classes.py``       which class an output or a label means
``wide.py``          sums over many samples need the widest numbers
``accuracy.py``      accuracy, top_k_accuracy
``confusion.py``     confusion_matrix, precision, recall, f1, iou
``regression.py``    mse, mae, r2
===================  ================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...errors import ArgumentError, choose
from .accuracy import Accuracy, TopK, accuracy, top_k_accuracy
from .confusion import (
    F1,
    ConfusionMatrix,
    IoU,
    Precision,
    Recall,
    confusion_matrix,
    f1,
    iou,
    precision,
    recall,
)
from .metric import Metric
from .regression import MAE, MSE, R2, mae, mse, r2

__all__ = [
    "Accuracy",
    "ConfusionMatrix",
    "F1",
    "IoU",
    "MAE",
    "METRICS",
    "MSE",
    "Metric",
    "Precision",
    "R2",
    "Recall",
    "TopK",
    "accuracy",
    "by_name",
    "confusion_matrix",
    "f1",
    "iou",
    "lower_is_better",
    "mae",
    "mse",
    "precision",
    "r2",
    "recall",
    "top_k_accuracy",
]

METRICS: dict[str, Callable[[], Metric]] = {
    "accuracy": Accuracy,
    "top_5": lambda: TopK(5),
    "precision": Precision,
    "precision_micro": lambda: Precision("micro"),
    "recall": Recall,
    "recall_micro": lambda: Recall("micro"),
    "f1": F1,
    "f1_micro": lambda: F1("micro"),
    "iou": IoU,
    "mse": MSE,
    "mae": MAE,
    "r2": R2,
}
"""The metrics that give one number, by name; ``"top_3"`` and the like are understood too."""


def by_name(name: str | Metric) -> Metric:
    """Return a new metric of that name; a metric is returned as it is.

    Raises
    ------
    ArgumentError
        There is none; the message lists the names.

    Examples
    --------
    >>> by_name("top_3").name
    'top_3'
    """
    if isinstance(name, Metric):
        return name
    if not isinstance(name, str):
        raise ArgumentError(
            f"metrics: a metric must be a name or a Metric, got {name!r}; "
            f"the names are {', '.join(METRICS)}"
        )
    if re.fullmatch(r"top_\d+", name):
        return TopK(int(name.removeprefix("top_")))
    return METRICS[choose("metrics", "metric", name, METRICS)]()


def lower_is_better(column: str) -> bool:
    """Tell whether small numbers are good in a column of a history, such as ``"val_loss"``.

    Examples
    --------
    >>> lower_is_better("val_loss"), lower_is_better("accuracy")
    (True, False)
    """
    name = column.removeprefix("val_")
    known = METRICS.get(name)
    return name in ("loss", "seconds") if known is None else not known().higher_is_better
