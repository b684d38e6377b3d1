"""Regression: numbers to targets, and the outputs of a network to numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_array, check_consistent_length, column_or_1d

from ..backend import namespace
from .estimator import NetEstimator
from .features import checked, on_host, require_target, weights_for
from .full_batch import can_go_on
from .losses import REGRESSION, regression_loss
from .parameters import Rule, function_or, number
from .samples import Samples
from .undo import unchanged_by_errors

__all__ = ["Regressor"]


class Regressor(RegressorMixin, NetEstimator):
    """What all regressors here have in common: one output of the network for each target."""

    _rules: ClassVar[Mapping[str, Rule]] = {
        "loss": function_or(REGRESSION),
        "quantile": number(0, 1, open_low=True, open_high=True),
        "huber_delta": number(0, open_low=True),
    }

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
        y : array-like, (N,) or (N, K)
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
        self._fit_numbers(X, y, sample_weight, fresh=fresh, validation_data=validation_data)
        return self

    @available_if(can_go_on)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Train for one epoch, going on from where the last call ended.

        Parameters
        ----------
        X, y, sample_weight
            As in :meth:`fit`.

        Returns
        -------
        self
        """
        self._require()
        fresh = not hasattr(self, "module_")
        self._fit_numbers(X, y, sample_weight, fresh=fresh, incremental=True)
        return self

    def _fit_numbers(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        *,
        fresh: bool,
        validation_data: Any = None,
        incremental: bool = False,
    ) -> None:
        with unchanged_by_errors(self):
            x, y = self._checked_pair(X, y, reset=fresh)
            if fresh:
                self._flat = y.ndim == 1
            y = y.reshape(y.shape[0], -1)
            if not fresh and y.shape[1] != self.n_outputs_:
                raise ValueError(
                    f"{type(self).__name__}: y must have {self.n_outputs_} columns, as it had in "
                    f"the first fit, got {y.shape[1]}; use a new estimator"
                )
            held_out = None
            if validation_data is not None:
                held_out = Samples(*self._checked_pair(*validation_data, reset=False))
            samples = Samples(x, y, weights_for(self, sample_weight, x))
            self._train(
                samples, y.shape[1], fresh=fresh, held_out=held_out, incremental=incremental
            )

    def _checked_pair(self, x: Any, y: Any, *, reset: bool) -> tuple[Any, np.ndarray]:
        require_target(self, y)
        x = checked(self, x, reset=reset, images=self._images)
        y = self._numbers(on_host(y))
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if y.ndim > 2:
            raise ValueError(
                f"{type(self).__name__}: y must be (N,) or (N, K), got {y.shape}; reshape it"
            )
        check_consistent_length(np.empty((x.shape[0], 0)), y)
        y = y.astype(np.float64, copy=False)
        if self.loss == "poisson" and np.any(y < 0):
            raise ValueError(
                f"{type(self).__name__}: y must be >= 0 for loss='poisson', got {y.min()}; these "
                "are counts"
            )
        return x, y

    def _numbers(self, y: Any) -> np.ndarray:
        try:
            numbers: np.ndarray = check_array(
                y, ensure_2d=False, dtype="numeric", input_name="y", estimator=self
            )
        except ValueError as error:
            if np.asarray(y).dtype.kind not in "OSU":
                raise
            first = np.asarray(y, dtype=object).flat[0]
            raise ValueError(
                f"{type(self).__name__}: y must be numbers, got {first!r}: "
                f"{error}; use a classifier for names of classes"
            ) from error
        return numbers

    def _loss(self) -> Callable[..., Any]:
        options = {"quantile": {"q": self.quantile}, "huber": {"delta": self.huber_delta}}
        if not isinstance(self.loss, str):
            return regression_loss(self.loss)
        function = REGRESSION[self.loss].function
        return regression_loss(function, summed=True, **options.get(self.loss, {}))

    def _linked(self, outputs: Any) -> Any:
        """Return predictions (N, K) or (N,) for outputs of the network."""
        if isinstance(self.loss, str):
            outputs = REGRESSION[self.loss].link(outputs)
        if self._flat and outputs.ndim == 2:
            outputs = namespace(outputs).reshape(outputs, (-1,))
        return outputs

    def _score(self, outputs: Any, samples: Samples) -> float:
        said = on_host(self._linked(outputs))
        if not np.all(np.isfinite(said)):
            return float("nan")
        return float(r2_score(samples.y.reshape(said.shape), said, sample_weight=samples.weights))

    def predict(self, X: Any) -> Any:
        """Return the predictions, (N,) or (N, K), in the library and on the device of X."""
        return self._linked(self._outputs(X, "predict"))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R², the share of the variance of y that is explained."""
        said = on_host(self._linked(self._outputs(X, "score")))
        weights = None if sample_weight is None else on_host(sample_weight)
        return float(r2_score(on_host(y), said, sample_weight=weights))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags
