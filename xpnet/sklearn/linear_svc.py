"""LinearSVC: the widest margin, by one linear layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from scipy import sparse

from ..backend import asarray, device_of, dtype_name, namespace
from ..models.svm import solve_linear
from .linear import SMOOTH_RULES, Smooth
from .parameters import Rule, keep, one_of
from .samples import Samples

__all__ = ["LinearSVC"]

EXACT = 10**9
"""Up to N D min(N, D) of this, a step of Newton's method takes tens of milliseconds at most."""


class LinearSVC(Smooth):
    """A linear support vector machine: the widest margin between two classes.

    Minimises ``½ ‖w‖² + C Σ max(0, 1 - y_i f(x_i))²``, or with the hinge itself, not squared. More
    than two classes have a machine each, which tells the class from all others. The
    parameters are those of ``sklearn.svm.LinearSVC`` with the same defaults, without ``penalty``
    (it is L2), ``multi_class``, ``dual``, ``verbose``, and ``intercept_scaling``, as the intercept
    has no penalty here; ``warm_start`` is more.

    Parameters
    ----------
    loss : {"squared_hinge", "hinge"}
        The square is minimised by Newton's method, and by L-BFGS where X is large or sparse; the
        hinge by an interior-point method, for dense X with few features or few samples.
    C : float
        What a sample pays for each unit that it falls short of the margin.
    tol : float
        Of L-BFGS: the largest component of the gradient of the mean loss at the end.
    fit_intercept : bool
    class_weight : dict, "balanced" or None
    max_iter : int
    warm_start : bool
        Of L-BFGS: begin with the weights of the last fit.
    device : str, optional
        Where to train. Default: where X is.
    dtype : {"float32", "float64"}, optional
        Default: that of X; float64 where X are integers.

    Attributes
    ----------
    coef_, intercept_ : array
        (K, D) and (K,), or (1, D) and (1,) for two classes.
    classes_ : ndarray
    n_iter_, n_features_in_, feature_names_in_, module_

    References
    ----------
    C. Cortes, V. Vapnik, "Support-vector networks", Machine Learning 20, 1995.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from xpnet.sklearn import LinearSVC
    >>> X, y = load_iris(return_X_y=True)
    >>> LinearSVC().fit(X, y).score(X, y) > 0.93
    True
    """

    _rules: ClassVar[Mapping[str, Rule]] = SMOOTH_RULES | {"loss": one_of("squared_hinge", "hinge")}

    def __init__(
        self,
        *,
        loss: str = "squared_hinge",
        C: float = 1.0,
        tol: float = 1e-4,
        fit_intercept: bool = True,
        class_weight: Any = None,
        random_state: Any = None,
        max_iter: int = 1000,
        warm_start: bool = False,
        device: str | None = None,
        dtype: str | None = None,
    ) -> None:
        keep(self, locals())

    def _minimize(self, samples: Samples) -> None:
        dense = not sparse.issparse(samples.x)
        if self.loss == "hinge" and not dense:
            raise ValueError(
                "LinearSVC: X must be dense for loss='hinge', got a sparse matrix; use "
                "loss='squared_hinge', which takes it batch by batch"
            )
        if dense and (self.loss == "hinge" or _work(samples.x) <= EXACT):
            self._solve(samples)
        else:
            super()._minimize(samples)

    def _solve(self, samples: Samples) -> None:
        """Find the exact machine of each class, by second derivatives."""
        x = asarray(samples.x, dtype=dtype_name(self.coef_.dtype), device=device_of(self.coef_))
        yes = samples.y if samples.y.ndim == 2 else samples.y[:, None] == np.arange(self.n_outputs_)
        if self._labels.binary:
            yes = samples.y[:, None]
        found = [
            solve_linear(
                x,
                np.where(column > 0, 1.0, -1.0),
                C=self.C,
                loss=self.loss,
                sample_weight=samples.weights,
                bias_penalty=0.0 if self.fit_intercept else float("inf"),
                max_iter=self.max_iter,
                where="LinearSVC",
            )
            for column in yes.T
        ]
        xp = namespace(x)
        self._layer.weight.data = xp.stack([plane.w for plane in found])
        if self._layer.bias is not None:
            self._layer.bias.data = xp.stack([plane.b for plane in found])
        self.n_iter_ = max(plane.iterations for plane in found)
        if not all(plane.converged for plane in found):
            self._warn(f"no optimum within {self.n_iter_} iterations; raise max_iter")


def _work(x: Any) -> int:
    """Return what a step of Newton's method takes, N D min(N, D)."""
    samples, features = x.shape
    return int(samples * features * min(samples, features))
