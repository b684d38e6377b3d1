"""NetClassifier and NetRegressor: any network of xpnet as an estimator."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from .. import nn, optim
from ..optim import Optimizer
from .classifier import Classifier
from .estimator import NetEstimator
from .parameters import Rule, keep, number, optional
from .regressor import Regressor

__all__ = ["NetClassifier", "NetRegressor"]

RULES: dict[str, Rule] = {
    # a network of another library can be called too, but makes none of ours
    "module": Rule(
        lambda v: isinstance(v, nn.Module | type) or (callable(v) and not hasattr(v, "parameters")),
        "an xpnet.nn.Module, or a function that returns one",
    ),
    "optimizer": Rule(
        lambda v: isinstance(v, str) or callable(v), "a name, or a class of xpnet.optim"
    ),
    "optimizer_options": Rule(lambda v: v is None or isinstance(v, Mapping), "a dict or None"),
    "lr": number(0, open_low=True),
    "clip_norm": optional(number(0)),
}


class _Net(NetEstimator):
    """The network that is given, or made by a factory, and its optimizer."""

    _rules: ClassVar[Mapping[str, Rule]] = RULES
    _images = True

    lr: float
    module: nn.Module | Callable[..., nn.Module]
    optimizer: str | type[Optimizer]
    optimizer_options: Mapping[str, Any] | None

    def _network(self, shape: tuple[int, ...], outputs: int) -> nn.Module:
        if isinstance(self.module, nn.Module):
            return copy.deepcopy(self.module)  # a second fit starts where the first one did
        module = self.module(*((shape[0], outputs) if _takes_sizes(self.module) else ()))
        if not isinstance(module, nn.Module):
            raise ValueError(
                f"{type(self).__name__}: module must return an nn.Module, got "
                f"{type(module).__name__}"
            )
        return module

    def _optimizer(self, groups: list[dict[str, Any]]) -> Optimizer | None:
        if self.optimizer == "lbfgs":
            return None
        make = optim.by_name(self.optimizer) if isinstance(self.optimizer, str) else self.optimizer
        options = {"lr": self.lr, **(self.optimizer_options or {})}
        try:
            return make(groups, **options)
        except TypeError as error:
            raise ValueError(
                f"{type(self).__name__}: optimizer_options must be options of {self.optimizer!r}, "
                f"got {self.optimizer_options!r}: {error}; see its documentation in xpnet.optim"
            ) from error

    def _solver(self) -> str:
        return self.optimizer if isinstance(self.optimizer, str) else ""


def _takes_sizes(factory: Callable[..., Any]) -> bool:
    """Tell whether a function must be given the numbers of features and outputs."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        parameters = inspect.signature(factory).parameters.values()
    except ValueError:  # a type of Python's own
        return False
    return any(p.default is p.empty and p.kind in kinds for p in parameters)


class NetClassifier(_Net, Classifier):
    """Any network that gives one score for each class, as a classifier of scikit-learn.

    Parameters
    ----------
    module : nn.Module or callable
        A network, of which each ``fit`` trains a copy; or a function that returns a new one:
        ``f()``, or ``f(features, outputs)`` with the size of the second axis of X and the number
        of classes (of labels, where samples have several). For two classes one output will do.
    loss : {"log_loss", "hinge", "squared_hinge"} or callable
        A callable is ``loss(outputs, y, *, reduction="mean")``, with classes (N,) from 0.
    optimizer : str or Optimizer class
        A name, as in ``"adam"``; ``"lbfgs"`` takes all samples at once, for `max_iter` iterations.
    lr : float
        Learning rate.
    optimizer_options : dict, optional
        Other options of the optimizer.
    alpha : float
        L2 penalty: ``alpha / 2 Σ w²`` is added to the sum of the losses of each batch.
    batch_size : int or "auto"
        "auto" is min(200, N).
    max_iter : int
        Epochs.
    shuffle : bool
    random_state : int, RandomState or None
        Of new weights, order, dropout and split.
    tol : float or None
        Training ends when the loss, or the score, has not improved by `tol` in `n_iter_no_change`
        epochs. None: it takes all `max_iter` epochs.
    n_iter_no_change : int
    early_stopping : bool
        Hold out ``validation_fraction`` of the samples (or use ``validation_data``), end training
        when their score does not improve, and go back to the best epoch.
    validation_fraction : float
    class_weight : dict, "balanced" or None
    clip_norm : float, optional
        Upper limit for the norm of all gradients together.
    callbacks : sequence of xpnet.training.Callback
    warm_start : bool
    verbose : bool
        Show a progress bar.
    device : str, optional
        Where to train. Default: where X is.
    dtype : {"float32", "float64"}, optional
        Default: that of X; float64 where X are integers.

    Attributes
    ----------
    module_ : xpnet.nn.Module
        The trained network.
    classes_ : ndarray
    n_iter_, loss_, loss_curve_, validation_scores_, best_validation_score_
    n_features_in_, feature_names_in_, n_outputs_

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from xpnet import nn
    >>> from xpnet.sklearn import NetClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    >>> model = NetClassifier(net, lr=0.02, max_iter=60, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.95
    True
    """

    _outputs_for_two = 2

    def __init__(
        self,
        module: Any,
        *,
        loss: Any = "log_loss",
        optimizer: Any = "adam",
        lr: float = 0.001,
        optimizer_options: Mapping[str, Any] | None = None,
        alpha: float = 0.0,
        batch_size: int | str = "auto",
        max_iter: int = 20,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float | None = None,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        class_weight: Any = None,
        clip_norm: float | None = None,
        callbacks: Sequence[Any] = (),
        warm_start: bool = False,
        verbose: bool = False,
        device: str | None = None,
        dtype: str | None = None,
    ) -> None:
        keep(self, locals())


class NetRegressor(_Net, Regressor):
    """Any network that gives one number for each target, as a regressor of scikit-learn.

    Parameters
    ----------
    module, optimizer, lr, optimizer_options, alpha, batch_size, max_iter, shuffle, random_state,
    tol, n_iter_no_change, early_stopping, validation_fraction, clip_norm, callbacks, warm_start,
    verbose, device, dtype
        As in :class:`NetClassifier`. The score of held-out data is R².
    loss, quantile, huber_delta
        As in :class:`MLPRegressor`.

    Attributes
    ----------
    module_ : xpnet.nn.Module
        The trained network.
    n_iter_, loss_, loss_curve_, validation_scores_, best_validation_score_
    n_features_in_, feature_names_in_, n_outputs_

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn
    >>> from xpnet.sklearn import NetRegressor
    >>> X = np.linspace(-1, 1, 100)[:, None]
    >>> net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
    >>> model = NetRegressor(net, lr=0.05, max_iter=200, random_state=0).fit(X, X[:, 0] ** 2)
    >>> model.score(X, X[:, 0] ** 2) > 0.95
    True
    """

    def __init__(
        self,
        module: Any,
        *,
        loss: Any = "squared_error",
        quantile: float = 0.5,
        huber_delta: float = 1.0,
        optimizer: Any = "adam",
        lr: float = 0.001,
        optimizer_options: Mapping[str, Any] | None = None,
        alpha: float = 0.0,
        batch_size: int | str = "auto",
        max_iter: int = 20,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float | None = None,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        clip_norm: float | None = None,
        callbacks: Sequence[Any] = (),
        warm_start: bool = False,
        verbose: bool = False,
        device: str | None = None,
        dtype: str | None = None,
    ) -> None:
        keep(self, locals())
