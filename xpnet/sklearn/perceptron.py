"""PerceptronClassifier: the oldest of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from .. import optim
from ..backend import namespace
from ..nn import functional as F
from ..optim import Optimizer
from .linear import Linear
from .parameters import COMMON_RULES, Rule, flag, keep, number
from .samples import Samples

__all__ = ["PerceptronClassifier"]


class PerceptronClassifier(Linear):
    """Rosenblatt's perceptron: each misclassified sample turns the weights towards itself.

    Takes what ``sklearn.linear_model.Perceptron`` takes, but for the choice of penalty. More than
    two classes have a unit each, which tells the class from all others.

    Parameters
    ----------
    alpha : float
        L2 penalty: ``alpha / 2 Σ w²`` is added to the sum of the losses of each batch.
    fit_intercept : bool
    max_iter : int
        Epochs.
    tol : float or None
        Training ends when the loss has not improved by `tol` in `n_iter_no_change` epochs.
    shuffle : bool
    verbose : bool
        Show a progress bar.
    eta0 : float
        Learning rate. As the weights begin at zero, it scales them and changes no decision.
    random_state : int, RandomState or None
        Of the order of the samples.
    early_stopping : bool
        Hold out ``validation_fraction`` of the samples (or use ``validation_data``), end training
        when their score does not improve, and go back to the best epoch.
    validation_fraction : float
    n_iter_no_change : int
    class_weight : dict, "balanced" or None
    warm_start : bool
    batch_size : int
        1 is the rule as published. Larger batches take the mean correction of their samples, and
        less time: worth it for many samples, and on a GPU.
    callbacks : sequence of xpnet.training.Callback
    device : str, optional
        Where to train. Default: where X is.
    dtype : {"float32", "float64"}, optional
        Default: that of X; float64 where X are integers.

    Attributes
    ----------
    coef_, intercept_ : array
        (K, D) and (K,), or (1, D) and (1,) for two classes.
    classes_ : ndarray
    n_iter_, loss_curve_, n_features_in_, feature_names_in_, module_

    References
    ----------
    F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization
    in the brain", Psychological Review 65, 1958.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from xpnet.sklearn import PerceptronClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = PerceptronClassifier(random_state=0).fit(X, y == 0)
    >>> model.score(X, y == 0)
    1.0
    """

    _rules: ClassVar[Mapping[str, Rule]] = COMMON_RULES | {
        "fit_intercept": flag(),
        "eta0": number(0, open_low=True),
    }
    loss = "perceptron"

    def __init__(
        self,
        *,
        alpha: float = 0.0,
        fit_intercept: bool = True,
        max_iter: int = 1000,
        tol: float | None = 1e-3,
        shuffle: bool = True,
        verbose: bool = False,
        eta0: float = 1.0,
        random_state: Any = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 5,
        class_weight: Any = None,
        warm_start: bool = False,
        batch_size: int | str = 1,
        callbacks: Sequence[Any] = (),
        device: str | None = None,
        dtype: str | None = None,
    ) -> None:
        keep(self, locals())

    eta0: float

    def _optimizer(self, groups: list[dict[str, Any]]) -> Optimizer:
        return optim.SGD(groups, lr=self.eta0)

    def _samples(
        self,
        x: Any,
        y: np.ndarray,
        sample_weights: np.ndarray | None = None,
        class_weights: np.ndarray | None = None,
    ) -> Samples:
        # A batch of one has the same weighted mean whatever its weight. So the weights go into the
        # targets: w max(0, -y s) is max(0, -(w y) s), a longer or shorter correction.
        units = y if y.ndim == 2 else y[:, None]
        if y.ndim == 1 and not self._labels.binary:
            units = units == np.arange(len(self.classes_))
        targets = np.where(units > 0, 1.0, -1.0)
        if class_weights is not None:
            # a unit of one class weighs its own samples: the others have weight 1, as a rest
            own = (targets > 0) | self._labels.binary
            targets *= np.where(own, class_weights[:, None], 1.0)
        if sample_weights is not None:
            targets *= (sample_weights / np.mean(sample_weights))[:, None]
        return Samples(x, targets)

    def _loss(self) -> Callable[..., Any]:
        return _weighted_perceptron

    def _score(self, outputs: Any, samples: Samples) -> float:
        codes = samples.y > 0
        if not self._labels.multilabel:
            codes = codes[:, 0] if self._labels.binary else np.argmax(codes, axis=1)
        weights = np.abs(samples.y[:, 0])
        return super()._score(outputs, Samples(samples.x, codes, weights))


def _weighted_perceptron(outputs: Any, y: Any, *, reduction: str = "mean") -> Any:
    """Return the sum over units of max(0, -y s), where |y| is the weight of the sample."""
    xp = namespace(y)
    signs = xp.where(y >= 0, xp.ones_like(y), -xp.ones_like(y))
    losses = F.perceptron_loss(outputs, signs, reduction="none") * xp.abs(y)
    if reduction == "none":
        return losses * y.shape[1]
    total = namespace(losses).sum(losses)
    return total if reduction == "sum" else total / y.shape[0]
