"""Activation functions as layers; the formulas are in ``xpnet/ops/activations``.

A new one goes into the file of its kind and into ``ACTIVATIONS``.
"""

from __future__ import annotations

from collections.abc import Callable

from ...errors import ArgumentError, choose
from ..identity import Identity
from ..module import Module
from .bounded import Sigmoid, Sign, Step, Tanh
from .rectifiers import ELU, GELU, LeakyReLU, ReLU, SiLU, Softplus
from .softmax import LogSoftmax, Softmax

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "LeakyReLU",
    "LogSoftmax",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Sign",
    "Softmax",
    "Softplus",
    "Step",
    "Tanh",
    "get_activation",
]


ACTIVATIONS: dict[str, type[Module]] = {
    "elu": ELU,
    "gelu": GELU,
    "identity": Identity,
    "leaky_relu": LeakyReLU,
    "log_softmax": LogSoftmax,
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "sign": Sign,
    "silu": SiLU,
    "softmax": Softmax,
    "softplus": Softplus,
    "step": Step,
    "tanh": Tanh,
}
"""Every activation layer by the name that models take, as in ``activation="relu"``."""


def get_activation(activation: str | Callable[[], Module]) -> Callable[[], Module]:
    """Return what makes an activation layer, for a name.

    Parameters
    ----------
    activation : str or callable
        A key of :data:`ACTIVATIONS`, or a class or function that makes a Module.

    Raises
    ------
    ArgumentError
        If there is no such activation, or it is a layer already.

    Examples
    --------
    >>> get_activation("relu")()
    ReLU()
    """
    if isinstance(activation, str):
        return ACTIVATIONS[choose("get_activation", "activation", activation, ACTIVATIONS)]
    if isinstance(activation, Module) or not callable(activation):
        raise ArgumentError(
            "get_activation: activation must be a name or a class, got "
            f"{activation!r}; each layer needs its own, so give what makes it, e.g. nn.ReLU"
        )
    return activation
