"""SVC: support vector machines with kernels, one for each pair of classes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_consistent_length

from ..backend import as_device, asarray, device_of, dtype_name, namespace
from ..models.svm import KERNELS, Gram
from ..models.svm.gram import FEW, in_double
from .features import checked, home_of, weights_for
from .labels import Labels, checked_labels
from .pair_classifier import PairClassifier
from .pairs import solve_pairs, weighted_gamma
from .parameters import COMMON_RULES, Rule, flag, integer, keep, number, one_of, require
from .undo import unchanged_by_errors

__all__ = ["SVC"]

RULES: dict[str, Rule] = COMMON_RULES | {
    "C": number(0, open_low=True, open_high=True),
    "kernel": Rule(
        lambda v: callable(v) or v in (*KERNELS, "precomputed"),
        "'linear', 'poly', 'rbf', 'sigmoid', 'precomputed' or a function",
    ),
    "degree": number(0),
    "gamma": Rule(
        lambda v: v in ("scale", "auto") or (not isinstance(v, str) and number(0).holds(v)),
        "'scale', 'auto' or a number >= 0",
    ),
    "coef0": number(-math.inf),
    "tol": number(0, open_low=True),
    "cache_size": number(0, open_low=True),
    "max_iter": integer(-1),
    "decision_function_shape": one_of("ovr", "ovo"),
    "break_ties": flag(),
}


class SVC(PairClassifier):
    """Support vector classification with a kernel.

    Gives the same decisions as ``sklearn.svm.SVC``, and has its parameters, without ``probability``
    and its ``random_state``, ``shrinking`` and ``verbose``; `cache_size` is larger. The kernel
    matrix is computed where X is; see :class:`xpnet.models.KernelSVM` for the algorithm.

    Parameters
    ----------
    C : float
        What a sample pays for each unit that it falls short of the margin.
    kernel : {"linear", "poly", "rbf", "sigmoid", "precomputed"} or callable
        A function gets two arrays, (N, D) and (M, D), of the library of X, and returns (N, M).
    degree : float
        Of ``"poly"``.
    gamma : {"scale", "auto"} or float
        ``"scale"``: 1 / (D Var(X)), where samples count by their weight; ``"auto"``: 1 / D.
    coef0 : float
        Of ``"poly"`` and ``"sigmoid"``.
    tol : float
        How much the conditions of optimality may be violated.
    cache_size : float
        Megabytes of the kernel matrix that are kept.
    class_weight : dict, "balanced" or None
        Factors of C.
    max_iter : int
        Steps for each pair of classes; -1: no limit.
    decision_function_shape : {"ovr", "ovo"}
        What ``decision_function`` gives for K > 2 classes: one score for each class, (N, K), made
        of the votes of the pairs and of how sure they are; or the output for each pair,
        (N, K (K - 1) / 2), positive for the first class of the two.
    break_ties : bool
        Predict the class with the largest score instead of the first of those with most votes.
    device : str, optional
        Where to train. Default: where X is.
    dtype : {"float32", "float64"}, optional
        Default: that of X; float64 where X are integers.

    Attributes
    ----------
    support_ : ndarray, (S,)
        Which samples are support vectors, class by class.
    support_vectors_ : array or CSR matrix, (S, D)
        (0, 0) of a precomputed kernel.
    n_support_ : ndarray, (K,)
    dual_coef_ : array, (K - 1, S)
        y α of each support vector against each other class.
    intercept_ : array, (P,)
        For each of the P = K (K - 1) / 2 pairs.
    coef_ : array, (P, D)
        Of the linear kernel.
    n_iter_ : ndarray, (P,)
    fit_status_ : int
        0: all converged. 1: the limit of steps was met.
    classes_, n_features_in_, feature_names_in_, shape_fit_

    References
    ----------
    C.-C. Chang, C.-J. Lin, "LIBSVM: a library for support vector machines", 2011.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from xpnet.sklearn import SVC
    >>> X, y = load_iris(return_X_y=True)
    >>> SVC().fit(X, y).score(X, y) > 0.96
    True
    """

    _rules: ClassVar[Mapping[str, Rule]] = RULES

    def __init__(
        self,
        *,
        C: float = 1.0,
        kernel: str | Callable[[Any, Any], Any] = "rbf",
        degree: float = 3,
        gamma: str | float = "scale",
        coef0: float = 0.0,
        tol: float = 1e-3,
        cache_size: float = 1000.0,
        class_weight: Any = None,
        max_iter: int = -1,
        decision_function_shape: str = "ovr",
        break_ties: bool = False,
        device: str | None = None,
        dtype: str | None = None,
    ) -> None:
        keep(self, locals())

    C: float
    gamma: str | float
    tol: float
    cache_size: float
    class_weight: Any
    max_iter: int
    dtype: str | None

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> SVC:
        """Find the support vectors of each pair of classes.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame, (N, D)
            Of any library; (N, N) of a precomputed kernel. Sparse matrices stay sparse.
        y : array-like, (N,)
        sample_weight : array-like, (N,), optional
            Factors of C.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If parameters or data are not as described.
        """
        require(self)
        if self.max_iter == 0:
            raise ValueError("SVC: max_iter must be -1 or an integer >= 1, got 0; -1 is no limit")
        if self.break_ties and self.decision_function_shape == "ovo":
            raise ValueError("break_ties must be False when decision_function_shape is 'ovo'")
        if y is None:
            raise ValueError(
                "This SVC estimator requires y to be passed, but the target y is None."
            )
        with unchanged_by_errors(self):
            self._fit(X, y, sample_weight)
        return self

    def _fit(self, X: Any, y: Any, sample_weight: Any) -> None:
        """Learn the classes, the weights and the device, and solve."""
        x, y = checked(self, X, reset=True), checked_labels(y)
        check_consistent_length(np.empty((x.shape[0], 0)), y)
        labels = Labels.of(y)
        if labels.multilabel:
            raise ValueError(
                f"SVC: bad input shape: y must be (N,), got {y.shape}; fit one machine "
                "for each label: sklearn.multioutput.MultiOutputClassifier"
            )
        self._labels, self.classes_ = labels, labels.classes
        weights = weights_for(self, sample_weight, x)
        upper = self.C * (np.ones(len(y)) if weights is None else weights)
        by_class = labels.weights(self.class_weight, y)
        upper = upper if by_class is None else upper * by_class
        numbers = labels.encode(y)
        weighing = np.unique(numbers[upper > 0])
        if len(weighing) < 2:
            raise ValueError(
                "SVC: y must have more than one class of positive weight, got "
                f"{labels.classes[weighing].tolist()}; there is nothing to tell apart"
            )
        self.home_ = home_of(x).name
        home = as_device(self.device or self.home_)
        dtype = self.dtype or dtype_name(x.dtype)
        x = x.astype(dtype) if sparse.issparse(x) else asarray(x, dtype, home)
        self.shape_fit_ = tuple(x.shape)
        self._gamma = 1.0
        if self.kernel in ("poly", "rbf", "sigmoid"):
            self._gamma = weighted_gamma(self.gamma, x, weights)
        self._solve(x, numbers, upper)

    def _solve(self, x: Any, numbers: np.ndarray, upper: np.ndarray) -> None:
        """Solve the problems of all pairs, and set what predictions need, where X is."""
        if self.kernel == "precomputed":
            if sparse.issparse(x):
                raise TypeError("Sparse precomputed kernels are not supported.")
            if x.shape[0] != x.shape[1]:
                raise ValueError(
                    f"SVC: X must be (N, N) for kernel='precomputed', got {tuple(x.shape)}; "
                    "X.shape[0] should be equal to X.shape[1]: give the kernel of all pairs"
                )
            gram = Gram(None, x, self.cache_size)
        elif sparse.issparse(x):
            gram = Gram(None, self._kernel_of(x, x), self.cache_size)
        else:
            few = x.shape[0] <= FEW and not callable(self.kernel)
            gram = Gram(self._kernel_of, in_double(x) if few else x, self.cache_size)
        limit = None if self.max_iter == -1 else int(self.max_iter)
        found = solve_pairs(gram, numbers, upper, float(self.tol), limit)
        self.fit_status_ = 0 if found.converged else 1
        if not found.converged:
            warnings.warn(
                f"Solver terminated early (max_iter={self.max_iter}). Consider pre-processing your "
                "data with StandardScaler or MinMaxScaler.",
                ConvergenceWarning,
                stacklevel=4,
            )
        home = home_of(x) if sparse.issparse(x) else device_of(x)
        dtype = dtype_name(x.dtype)
        sign = -1.0 if len(self.classes_) == 2 else 1.0  # positive for the second of two classes
        self._beta = asarray(sign * found.beta, dtype, home)  # (S, P)
        self.dual_coef_ = asarray(sign * found.dual_coef(), dtype, home)
        self.intercept_ = asarray(sign * found.intercepts, dtype, home)
        self.support_ = asarray(found.support, "int32", home)
        self.n_support_ = asarray(found.counts, "int32", home)
        self.n_iter_ = asarray(found.iterations, "int32", home)
        if sparse.issparse(x):
            self.support_vectors_ = x[found.support]
        elif self.kernel == "precomputed":
            self.support_vectors_ = x[:0, :0]
        else:
            chosen = asarray(found.support, device=home)
            self.support_vectors_ = namespace(x).take(x, chosen, axis=0)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.array_api_support = True
        tags.input_tags.sparse = self.kernel != "precomputed"
        tags.input_tags.pairwise = self.kernel == "precomputed"
        return tags
