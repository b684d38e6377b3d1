"""PairClassifier: what a fitted machine for each pair of classes says of samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_is_fitted

from ..backend import asarray, device_of, dtype_name, is_array, namespace, to_device
from ..models.svm.gram import PIECE
from ..models.svm.kernels import kernel_function
from ..typing import Array
from .features import checked, home_of, on_host, require_same_home
from .labels import Labels, checked_labels
from .pairs import graded_votes, sparse_kernel, votes

__all__ = ["PairClassifier"]


class PairClassifier(ClassifierMixin, BaseEstimator):
    """Applies support vectors with coefficients for each pair of classes.

    A subclass finds them: its ``fit`` sets ``support_``, ``support_vectors_``, ``intercept_``,
    ``classes_``, ``home_``, and `_beta` (S, P), `_gamma` and `_labels`.
    """

    break_ties: bool
    coef0: float
    decision_function_shape: str
    degree: float
    device: str | None
    kernel: str | Callable[[Any, Any], Any]

    _beta: Array
    _gamma: float
    _labels: Labels

    def _kernel_of(self, x: Any, z: Any) -> Any:
        """Return the kernel of all rows of two arrays, or of two CSR matrices."""
        if callable(self.kernel):
            dense = (part.toarray() if sparse.issparse(part) else part for part in (x, z))
            found, wanted = self.kernel(*dense), (x.shape[0], z.shape[0])
            if tuple(getattr(found, "shape", ())) != wanted:
                raise ValueError(
                    f"{type(self).__name__}: kernel must return {wanted}, a number for each row of "
                    f"its first argument and each of its second, got {np.shape(found)}; as in "
                    "lambda x, z: x @ z.T"
                )
            return found
        if not sparse.issparse(z):
            return kernel_function(self.kernel, self._gamma, self.coef0, self.degree)(x, z)
        return sparse_kernel(x, z, self.kernel, self._gamma, self.coef0, self.degree)

    @property
    def coef_(self) -> Any:
        """The weights of the features, (P, D), of a linear kernel."""
        if self.kernel != "linear":
            raise AttributeError("coef_ is only available when using a linear kernel")
        check_is_fitted(self, "support_")
        if sparse.issparse(self.support_vectors_):
            return sparse.csr_array(self._beta.T @ self.support_vectors_)
        xp = namespace(self._beta)
        return xp.matmul(xp.matrix_transpose(self._beta), self.support_vectors_)

    def decision_function(self, X: Any) -> Any:
        """Return the scores: (N,) for two classes, else (N, K) or (N, P) as the parameter says."""
        outputs = self._outputs(X, "decision_function")
        if len(self.classes_) == 2:
            return outputs[:, 0]
        if self.decision_function_shape == "ovo":
            return outputs
        return graded_votes(outputs, len(self.classes_))

    def predict(self, X: Any) -> Any:
        """Return the classes, (N,), in the library of X; names of classes are a NumPy array."""
        outputs = self._outputs(X, "predict")
        if len(self.classes_) == 2:
            return self._labels.decode(outputs[:, 0])
        count = graded_votes if self.break_ties else votes
        return self._labels.decode(count(outputs, len(self.classes_)))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the share of samples that are right."""
        weights = None if sample_weight is None else on_host(sample_weight)
        said = on_host(self.predict(X))
        return float(accuracy_score(checked_labels(y), said, sample_weight=weights))

    def _outputs(self, X: Any, method: str) -> Any:
        """Return the output for each pair, (N, P), in the library and on the device of X."""
        check_is_fitted(self, "support_")
        x = checked(self, X)
        require_same_home(self, X, method)
        where = home_of(x)
        if sparse.issparse(x) and not sparse.issparse(self.support_vectors_):
            x = x.toarray()
        if sparse.issparse(self.support_vectors_):
            x = sparse.csr_array(on_host(x))
        else:
            x = asarray(x, dtype_name(self._beta.dtype), device_of(self._beta))
        step = max(1, PIECE // max(1, self._beta.shape[0]))
        starts = range(0, x.shape[0], step)
        pieces = [self._outputs_of(x[i : min(i + step, x.shape[0]), :]) for i in starts]
        return to_device(namespace(*pieces).concat(pieces, axis=0), where)

    def _outputs_of(self, x: Any) -> Array:
        xp = namespace(self._beta)
        if self.kernel == "precomputed":
            similar = xp.take(x, xp.astype(self.support_, xp.int64), axis=1)
        else:
            similar = self._kernel_of(x, self.support_vectors_)
        return xp.matmul(similar, self._beta) + self.intercept_

    def to(self, device: Any) -> PairClassifier:
        """Move the fitted machine to a device, in place, as before pickling it.

        From then on the parameter ``device`` names it.
        """
        check_is_fitted(self, "support_")
        for name, value in vars(self).items():
            if is_array(value) and name != "classes_":
                setattr(self, name, to_device(value, device))
        self.device = device
        return self
