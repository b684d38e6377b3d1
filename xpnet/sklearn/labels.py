"""Class labels of any kind, strings too, as the numbers that losses want, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_array, column_or_1d

from ..backend import namespace
from .features import is_foreign, like, on_host

__all__ = ["Labels", "checked_labels"]


def checked_labels(y: Any) -> np.ndarray:
    """Return labels on the host: (N,), or 0 and 1 in (N, K) where samples have several labels.

    Raises
    ------
    ValueError
        If the values are no classes: real numbers, NaN, or several columns of classes.
    """
    y = on_host(y)
    if sparse.issparse(y):
        y = y.toarray()
    y = check_array(y, ensure_2d=False, dtype=None, input_name="y")
    check_classification_targets(y)
    if type_of_target(y) == "multilabel-indicator":
        return np.asarray(y)
    if type_of_target(y).endswith("multioutput"):
        raise ValueError(
            "y must be one class for each sample (N,), or 0 and 1 for each label (N, K), got "
            f"{type_of_target(y)} of shape {np.shape(y)}; fit one classifier for each column: "
            "sklearn.multioutput.MultiOutputClassifier"
        )
    flat: np.ndarray = column_or_1d(y, warn=True)
    return flat


class Labels:
    """What ``fit`` learns of y.

    Attributes
    ----------
    classes : ndarray, (K,)
        In order; the numbers of the columns where samples have several labels.
    multilabel : bool

    Examples
    --------
    >>> import numpy as np
    >>> labels = Labels.of(np.asarray(["no", "yes", "no"]))
    >>> labels.encode(np.asarray(["yes", "no"]))
    array([1, 0])
    >>> labels.classes
    array(['no', 'yes'], dtype='<U3')
    """

    def __init__(self, classes: np.ndarray, multilabel: bool = False) -> None:
        self.classes = classes
        self.multilabel = multilabel

    @classmethod
    def of(cls, y: np.ndarray) -> Labels:
        """Learn from labels on the host."""
        if y.ndim == 2:
            return cls(np.arange(y.shape[1]), multilabel=True)
        return cls(np.unique(y))

    @property
    def binary(self) -> bool:
        """Whether there are two classes, of which each sample has one."""
        return len(self.classes) == 2 and not self.multilabel

    def encode(self, y: np.ndarray) -> np.ndarray:
        """Return the numbers of the classes (N,), int64, or 0 and 1 as float32, (N, K).

        Raises
        ------
        ValueError
            If there is a label that ``fit`` has not seen.
        """
        if self.multilabel != (y.ndim == 2) or (y.ndim == 2 and y.shape[1] != len(self.classes)):
            shape = f"(N, {len(self.classes)})" if self.multilabel else "(N,)"
            raise ValueError(
                f"y must be {shape}, as it was in the first fit, got {y.shape}; use a new estimator"
            )
        if self.multilabel:
            return y.astype(np.float32)
        known = np.isin(y, self.classes)
        if not known.all():
            raise ValueError(
                f"y must be of the classes {self.classes.tolist()} of the first fit, got "
                f"{y[~known].tolist()[0]!r} too; use a new estimator, or name all classes in its "
                "first call of partial_fit(X, y, classes=...)"
            )
        return np.searchsorted(self.classes, y)

    def decode(self, scores: Any) -> Any:
        """Return the labels of the largest scores: (N, K), or (N,) where positive means yes.

        Parameters
        ----------
        scores : array
            The outputs of the network, of any library; the labels follow it, except strings.
        """
        xp = namespace(scores)
        if self.multilabel:
            return xp.astype(scores > 0, xp.int64)
        chosen = xp.astype(scores > 0, xp.int64) if scores.ndim == 1 else xp.argmax(scores, axis=1)
        if is_foreign(scores) and self.classes.dtype.kind in "biuf":
            return xp.take(like(self.classes, scores), chosen, axis=0)
        return self.classes[on_host(chosen)]

    def weights(
        self, class_weight: Any, y: np.ndarray, sample_weights: np.ndarray | None = None
    ) -> np.ndarray | None:
        """Return the weight that each sample has by its class, (N,); None for equal weights.

        Parameters
        ----------
        class_weight : dict, "balanced" or None
            As in scikit-learn: by label, or inverse to the frequency of the classes.
        y : ndarray, (N,)
        sample_weights : ndarray, (N,), optional
            What each sample counts in the frequency of its class.

        Raises
        ------
        ValueError
            If samples have several labels, or a label in the dict is not one of y while one of y
            is not in the dict, or no sample weighs anything.
        """
        if class_weight is None:
            return None
        if self.multilabel:
            raise ValueError(
                "class_weight must be None where samples have several labels; use sample_weight"
            )
        codes, weight = self.encode(y), np.ones(len(self.classes))
        if isinstance(class_weight, Mapping):
            labels = self.classes.tolist()
            unknown = [label for label in class_weight if label not in labels]
            # a part of the data, as in cross-validation, may lack a class: that is no mistake
            if unknown and any(label not in class_weight for label in labels):
                raise ValueError(
                    f"class_weight must name classes of y, {labels}, got {unknown[0]!r}; leave it "
                    "out, or correct it"
                )
            weight[:] = [class_weight.get(label, 1.0) for label in labels]
        else:
            counts = np.bincount(codes, sample_weights, minlength=len(weight))
            present = counts > 0
            weight[present] = np.sum(counts) / (np.sum(present) * counts[present])
        of_samples: np.ndarray = weight[codes]
        if not np.any(of_samples if sample_weights is None else of_samples * sample_weights):
            raise ValueError(
                f"class_weight must leave samples that count, got {class_weight!r}; give a class "
                "of y a positive weight"
            )
        return of_samples
