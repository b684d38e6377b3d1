"""Classifying: labels to targets, and the outputs of a network to labels and probabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length

from ..backend import namespace
from ..nn import functional as F
from .estimator import NetEstimator
from .features import checked, on_host, require_target, weights_for
from .full_batch import can_go_on
from .labels import Labels, checked_labels
from .losses import CLASSIFICATION
from .parameters import Rule, function_or
from .samples import Samples
from .undo import unchanged_by_errors

__all__ = ["Classifier", "has_probabilities", "product"]


def has_probabilities(estimator: Any) -> bool:
    """Tell whether the outputs of a classifier are logits; an AttributeError says why not."""
    if estimator.loss != "log_loss":
        raise AttributeError(
            f"predict_proba is there only for loss='log_loss', got {estimator.loss!r}; "
            "decision_function has the scores"
        )
    return True


def product(a: np.ndarray | None, b: np.ndarray | None) -> np.ndarray | None:
    """Return the product of two weights, of which None is 1 for all."""
    if a is None or b is None:
        return b if a is None else a
    both: np.ndarray = a * b
    return both


class Classifier(ClassifierMixin, NetEstimator):
    """What all classifiers here have in common.

    The outputs of the network are scores: one for two classes, positive where the second is the
    more likely; one for each class, where there are more; one for each label, where a sample may
    have several.
    """

    _rules: ClassVar[Mapping[str, Rule]] = {"loss": function_or(CLASSIFICATION)}
    _outputs_for_two = 1
    _stratified = True

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        validation_data: tuple[Any, Any] | None = None,
    ) -> Any:
        """Train the network.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame, (N, D)
            Of any library: a PyTorch, CuPy or JAX array is trained on where it is. Sparse matrices
            are made dense batch by batch.
        y : array-like, (N,), or 0 and 1 in (N, K)
            Classes of any kind, strings too; or which labels each sample has.
        sample_weight : array-like, (N,), optional
        validation_data : (X, y), optional
            Scored after each epoch: ``validation_scores_``. With ``early_stopping`` they are used
            instead of a part of the training data.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If parameters or data are not as described, or training diverges.
        """
        self._require()
        fresh = not (self.warm_start and hasattr(self, "module_"))
        with unchanged_by_errors(self):
            x, y = self._checked_pair(X, y, reset=fresh)
            if fresh:
                self._learn_labels(Labels.of(y))
            self._fit_classes(x, y, sample_weight, fresh=fresh, validation_data=validation_data)
        return self

    @available_if(can_go_on)
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Any:
        """Train for one epoch, going on from where the last call ended.

        Parameters
        ----------
        X, y, sample_weight
            As in :meth:`fit`.
        classes : array-like, (K,)
            All classes that there will ever be; for the first call.

        Returns
        -------
        self
        """
        self._require()
        fresh = not hasattr(self, "module_")
        if fresh and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        named = None if classes is None else np.unique(on_host(classes))
        if not fresh and named is not None and not np.array_equal(named, self.classes_):
            raise ValueError(
                f"classes={named.tolist()} is not the same as on last call to partial_fit, "
                f"{self.classes_.tolist()}; name the same classes, or use a new estimator"
            )
        with unchanged_by_errors(self):
            x, y = self._checked_pair(X, y, reset=fresh)
            if fresh:
                self._learn_labels(Labels.of(y) if named is None or y.ndim == 2 else Labels(named))
            self._fit_classes(x, y, sample_weight, fresh=fresh, incremental=True)
        return self

    def _learn_labels(self, labels: Labels) -> None:
        if len(labels.classes) < 2 and not labels.multilabel:
            raise ValueError(
                f"{type(self).__name__}: y must have two classes at least, got one class "
                f"({labels.classes.tolist()[0]!r}); there is nothing to tell apart"
            )
        self._labels = labels
        self.classes_ = labels.classes

    def _fit_classes(
        self,
        x: Any,
        y: np.ndarray,
        sample_weight: Any,
        *,
        fresh: bool,
        validation_data: Any = None,
        incremental: bool = False,
    ) -> None:
        labels = self._labels
        given = weights_for(self, sample_weight, x)
        weights = given, labels.weights(self.class_weight, y, given)
        held_out = None
        if validation_data is not None:
            x_held, y_held = self._checked_pair(*validation_data, reset=False)
            held_out = self._samples(x_held, labels.encode(y_held))
        outputs = self._outputs_for_two if labels.binary else len(labels.classes)
        self._train(
            self._samples(x, labels.encode(y), *weights),
            outputs,
            fresh=fresh,
            held_out=held_out,
            incremental=incremental,
        )

    def _samples(
        self,
        x: Any,
        y: np.ndarray,
        sample_weights: np.ndarray | None = None,
        class_weights: np.ndarray | None = None,
    ) -> Samples:
        """Return what the network is trained on, from encoded labels and two factors of weights."""
        return Samples(x, y, product(sample_weights, class_weights))

    def _checked_pair(self, x: Any, y: Any, *, reset: bool) -> tuple[Any, np.ndarray]:
        require_target(self, y)
        x = checked(self, x, reset=reset, images=self._images)
        y = checked_labels(y)
        check_consistent_length(np.empty((x.shape[0], 0)), y)
        return x, y

    def _loss(self) -> Callable[..., Any]:
        return CLASSIFICATION[self.loss] if isinstance(self.loss, str) else self.loss

    def _score(self, outputs: Any, samples: Samples) -> float:
        xp = namespace(outputs)
        scores = self._as_scores(outputs)
        if self._labels.multilabel:
            said = on_host(xp.astype(scores > 0, xp.int8))
        else:
            said = on_host(scores > 0 if scores.ndim == 1 else xp.argmax(scores, axis=1))
        return float(accuracy_score(samples.y, said, sample_weight=samples.weights))

    def _as_scores(self, outputs: Any) -> Any:
        """Return the outputs (N, K), or (N,) where one output stands for two classes."""
        if outputs.ndim == 2 and outputs.shape[1] == 1 and self._labels.binary:
            return namespace(outputs).reshape(outputs, (-1,))
        return outputs

    # ---- applying ------------------------------------------------------------------------

    def predict(self, X: Any) -> Any:
        """Return the classes of samples: (N,), or 0 and 1 in (N, K) for several labels.

        In the library and on the device of X; names of classes are a NumPy array.
        """
        return self._labels_of(self._outputs(X, "predict"))

    def _labels_of(self, outputs: Any) -> Any:
        return self._labels.decode(self._as_scores(outputs))

    def decision_function(self, X: Any) -> Any:
        """Return the scores of the classes, before softmax or sigmoid: (N, K), or (N,) for two."""
        scores = self._as_scores(self._outputs(X, "decision_function"))
        if self._labels.binary and scores.ndim == 2:
            return scores[:, 1] - scores[:, 0]
        return scores

    @available_if(has_probabilities)
    def predict_proba(self, X: Any) -> Any:
        """Return the probabilities of the classes, (N, K), or of each label by itself."""
        return self._probabilities(self._outputs(X, "predict_proba"))

    @available_if(has_probabilities)
    def predict_log_proba(self, X: Any) -> Any:
        """Return the logarithms of the probabilities, (N, K)."""
        probabilities = self._probabilities(self._outputs(X, "predict_log_proba"))
        return namespace(probabilities).log(probabilities)

    def _probabilities(self, outputs: Any) -> Any:
        scores = self._as_scores(outputs)
        if self._labels.multilabel:
            return F.sigmoid(scores)
        if scores.ndim == 1:
            # two sigmoids and not 1 - p: small probabilities keep their digits
            return namespace(scores).stack([F.sigmoid(-scores), F.sigmoid(scores)], axis=1)
        return F.softmax(scores)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the share of samples (of all their labels) that are right."""
        said = on_host(self._labels_of(self._outputs(X, "score")))
        weights = None if sample_weight is None else on_host(sample_weight)
        return float(accuracy_score(checked_labels(y), said, sample_weight=weights))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
