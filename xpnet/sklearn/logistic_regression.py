"""LogisticRegression: probabilities from one linear layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .linear import SMOOTH_RULES, Smooth
from .parameters import Rule, keep

__all__ = ["LogisticRegression"]


class LogisticRegression(Smooth):
    """Logistic regression; with more than two classes, softmax regression.

    Minimises ``C Σ -log p(y_i | x_i) + ½ ‖w‖²`` by L-BFGS. The parameters are those
    of ``sklearn.linear_model.LogisticRegression`` with the same defaults, without ``penalty`` and
    ``l1_ratio`` (it is L2), ``solver``, ``dual`` and ``intercept_scaling`` (there is one solver,
    which leaves the intercept free), ``n_jobs`` and ``verbose``.

    Parameters
    ----------
    C : float
        The inverse of the strength of the penalty; ``float("inf")`` is none. The intercept has no
        penalty.
    tol : float
        The largest component of the gradient of the mean loss at the end.
    fit_intercept : bool
    class_weight : dict, "balanced" or None
    max_iter : int
    warm_start : bool
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

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from xpnet.sklearn import LogisticRegression
    >>> X, y = load_iris(return_X_y=True)
    >>> make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y).score(X, y) > 0.95
    True
    """

    _rules: ClassVar[Mapping[str, Rule]] = SMOOTH_RULES
    loss = "log_loss"

    def __init__(
        self,
        *,
        C: float = 1.0,
        tol: float = 1e-4,
        fit_intercept: bool = True,
        class_weight: Any = None,
        random_state: Any = None,
        max_iter: int = 100,
        warm_start: bool = False,
        device: str | None = None,
        dtype: str | None = None,
    ) -> None:
        keep(self, locals())
