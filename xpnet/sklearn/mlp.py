"""MLPClassifier and MLPRegressor: scikit-learn's networks on any library, and with more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .classifier import Classifier
from .dense import Dense
from .parameters import keep
from .regressor import Regressor

__all__ = ["MLPClassifier", "MLPRegressor"]


class MLPClassifier(Dense, Classifier):
    """A network of dense layers that tells classes apart.

    Takes what ``sklearn.neural_network.MLPClassifier`` takes, by the same names and defaults, and
    more: arrays of any library and device, ``class_weight``, ``dropout``, ``batch_norm``, an
    activation for each layer, other losses, callbacks, and validation data of one's own.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int
        Units of each hidden layer; () is softmax regression.
    activation : str, callable, or sequence of one for each hidden layer
        ``"relu"``, ``"tanh"``, ``"logistic"``, ``"identity"``, and all of ``nn.ACTIVATIONS``.
    solver : {"adam", "sgd", "lbfgs"}
    alpha : float
        L2 penalty: ``alpha / 2 Σ w²`` is added to the sum of the losses of each batch.
    batch_size : int or "auto"
        "auto" is min(200, N).
    learning_rate : {"constant", "invscaling", "adaptive"}
        What becomes of the rate of "sgd".
    learning_rate_init : float
    power_t : float
        Exponent of "invscaling".
    max_iter : int
        Epochs; iterations of "lbfgs".
    shuffle : bool
    random_state : int, RandomState or None
        Of weights, order, dropout and split: the same integer gives the same network on every
        library and device.
    tol : float or None
        Training ends when the loss, or the score, has not improved by `tol` in `n_iter_no_change`
        epochs. None: it takes all `max_iter` epochs.
    verbose : bool
        Show a progress bar.
    warm_start : bool
        A second ``fit`` goes on with the network of the first, of the same classes and layers.
    momentum, nesterovs_momentum
        Of "sgd".
    early_stopping : bool
        Hold out ``validation_fraction`` of the samples (or use ``validation_data``), end training
        when their score does not improve, and go back to the best epoch.
    validation_fraction : float
    beta_1, beta_2, epsilon : float
        Of "adam".
    n_iter_no_change : int
    max_fun : int
        Evaluations of the loss in "lbfgs".
    loss : {"log_loss", "hinge", "squared_hinge"} or callable
        A callable is ``loss(outputs, y, *, reduction="mean")``.
    class_weight : dict, "balanced" or None
    dropout : float
        Share of the units of each hidden layer that is switched off in a training step.
    batch_norm : bool
        Normalise what goes into each activation.
    callbacks : sequence of xpnet.training.Callback
    device : str, optional
        Where to train: ``"cpu"``, ``"cuda"``, ``"torch:cuda"``... Default: where X is.
    dtype : {"float32", "float64"}, optional
        Of the network. Default: that of X; float64 where X are integers.

    Attributes
    ----------
    module_ : xpnet.nn.Module
        The network; ``xn.save(estimator.module_, path)`` stores it.
    classes_ : ndarray
    coefs_, intercepts_ : list of ndarray
    n_iter_ : int
    loss_, best_loss_ : float
    loss_curve_ : list of float
        The mean loss of each epoch.
    validation_scores_ : list of float
    best_validation_score_ : float
    n_features_in_, feature_names_in_, n_outputs_, n_layers_, t_

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from xpnet.sklearn import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier((16,), solver="lbfgs", random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.95
    True
    """

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: Any = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float | None = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int = 10,
        max_fun: int = 15000,
        loss: Any = "log_loss",
        class_weight: Any = None,
        dropout: float = 0.0,
        batch_norm: bool = False,
        callbacks: Sequence[Any] = (),
        device: str | None = None,
        dtype: str | None = None,
    ) -> None:
        keep(self, locals())


class MLPRegressor(Dense, Regressor):
    """A network of dense layers that predicts one number, or several.

    Takes what ``sklearn.neural_network.MLPRegressor`` takes, by the same names and defaults, and
    more, as :class:`MLPClassifier` does.

    Parameters
    ----------
    hidden_layer_sizes, activation, solver, alpha, batch_size, learning_rate, learning_rate_init,
    power_t, max_iter, shuffle, random_state, tol, verbose, warm_start, momentum,
    nesterovs_momentum, early_stopping, validation_fraction, beta_1, beta_2, epsilon,
    n_iter_no_change, max_fun, dropout, batch_norm, callbacks, device, dtype
        As in :class:`MLPClassifier`. The score of held-out data is R².
    loss : {"squared_error", "absolute_error", "huber", "quantile", "poisson"} or callable
        With "poisson" the network gives the logarithm of the expected count. A callable is
        ``loss(outputs, y, *, reduction="mean")``.
    quantile : float
        Which quantile of y the loss "quantile" makes the network predict; 0.5 is the median.
    huber_delta : float
        From which error on the loss "huber" grows linearly.

    Attributes
    ----------
    module_ : xpnet.nn.Module
    coefs_, intercepts_ : list of ndarray
    n_iter_, loss_, best_loss_, loss_curve_, validation_scores_, best_validation_score_
    n_features_in_, feature_names_in_, n_outputs_, n_layers_, t_
        As in :class:`MLPClassifier`.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet.sklearn import MLPRegressor
    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> model = MLPRegressor((16,), activation="tanh", solver="lbfgs", random_state=0)
    >>> model.fit(X, np.sin(3 * X[:, 0])).score(X, np.sin(3 * X[:, 0])) > 0.99
    True
    """

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: Any = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float | None = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int = 10,
        max_fun: int = 15000,
        loss: Any = "squared_error",
        quantile: float = 0.5,
        huber_delta: float = 1.0,
        dropout: float = 0.0,
        batch_norm: bool = False,
        callbacks: Sequence[Any] = (),
        device: str | None = None,
        dtype: str | None = None,
    ) -> None:
        keep(self, locals())
