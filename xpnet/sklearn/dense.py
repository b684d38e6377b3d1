"""Dense networks with the parameters of scikit-learn's: what both MLP estimators share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from .. import nn, optim
from ..backend import to_numpy
from ..nn import init
from ..optim import Optimizer
from .convergence import Training
from .estimator import NetEstimator
from .parameters import Rule, each, flag, function_or, integer, number, one_of, units

__all__ = ["Dense"]

RULES: dict[str, Rule] = {
    "hidden_layer_sizes": units(),
    "activation": Rule(
        lambda v: function_or().holds(v) or each(v, function_or().holds),
        "a name, a function, or a sequence of one for each hidden layer",
    ),
    "solver": one_of("adam", "sgd", "lbfgs"),
    "learning_rate": one_of("constant", "invscaling", "adaptive"),
    "learning_rate_init": number(0, open_low=True),
    "power_t": number(0),
    "momentum": number(0, 1),
    "nesterovs_momentum": flag(),
    "beta_1": number(0, 1, open_high=True),
    "beta_2": number(0, 1, open_high=True),
    "epsilon": number(0, open_low=True),
    "max_fun": integer(1),
    "dropout": number(0, 1, open_high=True),
    "batch_norm": flag(),
}

ACTIVATIONS = {"logistic": "sigmoid"}  # scikit-learn's names where they are not ours


class Dense(NetEstimator):
    """The network of dense layers, and its optimizers, for both kinds of estimators."""

    _rules: ClassVar[Mapping[str, Rule]] = RULES
    _architecture = ("hidden_layer_sizes", "activation", "dropout", "batch_norm")
    activation: Any
    batch_norm: bool
    beta_1: float
    beta_2: float
    dropout: float
    epsilon: float
    hidden_layer_sizes: int | Sequence[int]
    learning_rate: str
    learning_rate_init: float
    momentum: float
    nesterovs_momentum: bool
    power_t: float
    solver: str

    def _hidden(self) -> list[int]:
        sizes = self.hidden_layer_sizes
        sizes = list(sizes) if np.iterable(sizes) else [sizes]
        return [int(n) for n in sizes]

    def _activations(self, layers: int) -> list[Any]:
        """Return what makes the activation of each hidden layer."""
        names = self.activation
        names = [names] * layers if isinstance(names, str) or callable(names) else list(names)
        if len(names) != layers:
            raise ValueError(
                f"activation must be one name, or one for each of the {layers} hidden layers, got "
                f"{len(names)} names"
            )
        return [
            nn.Identity
            if name == "identity"
            else nn.get_activation(ACTIVATIONS.get(name, name) if isinstance(name, str) else name)
            for name in names
        ]

    def _network(self, shape: tuple[int, ...], outputs: int) -> nn.Module:
        layers: list[nn.Module] = []
        (features,) = shape
        hidden = self._hidden()
        for size, activation in zip(hidden, self._activations(len(hidden)), strict=True):
            layers.append(_initialized(nn.Linear(features, size), activation))
            if self.batch_norm:
                layers.append(nn.BatchNorm1d(size))
            layers.append(activation())
            if self.dropout:
                layers.append(nn.Dropout(self.dropout))
            features = size
        return nn.Sequential(*layers, _initialized(nn.Linear(features, outputs), None))

    def _solver(self) -> str:
        return self.solver

    def _optimizer(self, groups: list[dict[str, Any]]) -> Optimizer | None:
        if self.solver == "lbfgs":
            return None
        if self.solver == "sgd":
            return optim.SGD(
                groups,
                lr=self.learning_rate_init,
                momentum=self.momentum,
                nesterov=bool(self.nesterovs_momentum and self.momentum),
            )
        return optim.Adam(
            groups,
            lr=self.learning_rate_init,
            betas=(self.beta_1, self.beta_2),
            eps=self.epsilon,
        )

    def _epoch_done(self, trainer: Training, samples_seen: int) -> None:
        if self.solver == "sgd" and self.learning_rate == "invscaling":
            self._set_rate(self.learning_rate_init / (samples_seen + 1) ** self.power_t)

    def _stalled(self) -> bool:
        if not (self.solver == "sgd" and self.learning_rate == "adaptive"):
            return True
        rate = self._groups[0]["lr"]
        if rate <= 1e-6:
            return True
        self._set_rate(rate / 5)
        return False

    def _set_rate(self, rate: float) -> None:
        """Set the learning rate of the steps to come; the momentum of past ones stays as it is.

        A step is -lr v for the velocity v that is kept, and was -lr' v: v becomes v lr' / lr.
        """
        if self._optimizer_ is None:
            return
        for group in self._optimizer_.param_groups:
            for parameter in group["params"]:
                state = self._optimizer_.state[parameter]
                if "momentum_buffer" in state:
                    state["momentum_buffer"] = state["momentum_buffer"] * (group["lr"] / rate)
            group["lr"] = rate

    @property
    def _groups(self) -> list[dict[str, Any]]:
        return self._optimizer_.param_groups if self._optimizer_ is not None else []

    @property
    def _dense(self) -> list[nn.Linear]:
        if not hasattr(self, "module_"):
            raise AttributeError(f"{type(self).__name__} has no weights before fit")
        return [layer for layer in self.module_.modules() if isinstance(layer, nn.Linear)]

    @property
    def coefs_(self) -> list[np.ndarray]:
        """The weights of each layer, (D, M), on the host: scikit-learn's layout."""
        return [to_numpy(layer.weight.data).T for layer in self._dense]

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """The biases of each layer, (M,), on the host."""
        return [to_numpy(layer.bias.data) for layer in self._dense if layer.bias is not None]

    @property
    def n_layers_(self) -> int:
        """The number of layers, input and output among them."""
        return len(self._dense) + 1


def _initialized(layer: nn.Linear, activation: Any) -> nn.Linear:
    """Draw the parameters as scikit-learn does: X. Glorot, Y. Bengio, 2010, equation 16."""
    out_features, in_features = layer.weight.shape
    factor = 2.0 if activation is not None and activation is nn.get_activation("sigmoid") else 6.0
    bound = (factor / (in_features + out_features)) ** 0.5
    init.uniform_(layer.weight, -bound, bound)
    if layer.bias is not None:
        init.uniform_(layer.bias, -bound, bound)
    return layer
