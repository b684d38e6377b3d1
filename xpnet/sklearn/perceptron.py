"""PerceptronClassifier: the oldest of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import issparse
from tqdm.auto import tqdm

from .. import nn, optim
from ..backend import asarray, device_of, dtype_name, library_of, namespace
from ..data.order import permutation
from ..optim import Optimizer
from .convergence import Convergence, Training
from .full_batch import ROWS
from .linear import Linear
from .outputs import rows_at_once
from .parameters import COMMON_RULES, Rule, flag, keep, number
from .samples import Samples

__all__ = ["PerceptronClassifier"]


class PerceptronClassifier(Linear):
    """Rosenblatt's perceptron: each misclassified sample turns the weights towards itself.

    The parameters are those of ``sklearn.linear_model.Perceptron``, without ``penalty`` and
    ``l1_ratio`` (it is L2, by `alpha`) and ``n_jobs``. More than two classes have a unit each,
    which tells the class from all others.

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
        Learning rate. As the weights begin at zero, without a penalty it scales them and changes
        no decision.
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
    callbacks = ()

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
        """Return as targets how each sample pulls at each unit: the sign, times the weight."""
        units = y if y.ndim == 2 else y[:, None]
        if y.ndim == 1 and not self._labels.binary:
            units = units == np.arange(len(self.classes_))
        signs = np.where(units > 0, 1.0, -1.0)
        strength = np.ones_like(signs)
        if class_weights is not None:
            # a unit of one class weighs its own samples: the others have weight 1, as a rest
            own = (signs > 0) | self._labels.binary
            strength *= np.where(own, class_weights[:, None], 1.0)
        if sample_weights is not None:
            strength *= (sample_weights / np.mean(sample_weights))[:, None]
        # of a weight of 0 the sign remains, as that of a zero: it tells the class in `_score`
        return Samples(x, np.copysign(strength, signs), sample_weights)

    def _loss(self) -> Callable[..., Any]:
        raise NotImplementedError("the rule is written out in _run_epochs")

    def _score(self, outputs: Any, samples: Samples) -> float:
        codes = ~np.signbit(samples.y)
        if not self._labels.multilabel:
            codes = codes[:, 0] if self._labels.binary else np.argmax(codes, axis=1)
        return super()._score(outputs, samples._replace(y=codes))

    def _run_epochs(
        self, optimizer: Optimizer, samples: Samples, epochs: int, convergence: Convergence
    ) -> bool:
        """Correct the units sample by sample: no tape, which would take most of the time."""
        progress = _Progress(self.module_, samples.size)
        layer, size = self._layer, self._batch_size(samples)
        decay = optimizer.param_groups[0]["weight_decay"]
        try:
            for epoch in tqdm(range(1, epochs + 1), disable=not self.verbose):
                convergence.on_epoch_begin(progress)
                total: Any = 0.0
                for x, y in self._pieces(samples, size, self._epochs + epoch - 1):
                    for start in range(0, x.shape[0], size):
                        batch = slice(start, min(start + size, x.shape[0]))
                        total += _correct(layer, x[batch, :], y[batch, :], self.eta0, decay)
                convergence.on_epoch_end(progress, {"loss": float(total) / samples.size})
                if progress.stopped:
                    break
        except KeyboardInterrupt:
            return True
        finally:
            convergence.on_train_end(progress)
        return False

    def _pieces(self, samples: Samples, size: int, epoch: int) -> Iterator[tuple[Any, Any]]:
        """Yield (x, y) of whole batches in the order of the epoch, dense, where the layer is."""
        weight = self._layer.weight
        order = np.arange(samples.size)
        if self.shuffle:
            order = permutation(samples.size, self._random["seed"], epoch)
        rows = max(size, rows_at_once(samples.x, ROWS) // size * size)
        for start in range(0, samples.size, rows):
            x, y = samples.rows(order[start : start + rows])._replace(weights=None).arrays()
            x = x.toarray() if issparse(x) else x
            yield (
                asarray(x, dtype=dtype_name(weight.dtype), device=device_of(weight)),
                asarray(y, dtype=dtype_name(weight.dtype), device=device_of(weight)),
            )


class _Progress(Training):
    """What `Convergence` asks of a training."""

    def __init__(self, model: nn.Module, samples: int) -> None:
        self.model, self.samples, self.stopped = model, samples, False

    def stop(self, reason: str) -> None:
        self.stopped = True


def _correct(layer: nn.Linear, x: Any, y: Any, lr: float, decay: float) -> Any:
    """Apply the rule to a batch, and return the sum of its losses max(0, -y s) over the units.

    The pull y (N, K) of a sample at the units that have it wrong, or have a score of 0, turns their
    weights: w <- w + η y x, and of a batch the mean of that.
    """
    xp, w, b = namespace(x), layer.weight.data, layer.bias
    scores = xp.matmul(x, xp.matrix_transpose(w))
    if b is not None:
        scores = scores + b.data
    gaps = -y * scores
    if not decay and library_of(x).at_hand(x) and bool(xp.all(gaps < 0)):
        return 0.0  # nothing to correct, as for most samples after some epochs
    pull = xp.where(gaps >= 0, y, 0.0) * (lr / x.shape[0])
    layer.weight.data = w * (1.0 - lr * decay) + xp.matmul(xp.matrix_transpose(pull), x)
    if b is not None:
        b.data = b.data + xp.sum(pull, axis=0)
    return xp.sum(xp.maximum(gaps, 0.0))
