"""Activation functions as layers; the formulas are in ``xpnet/ops/activations``."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..errors import ArgumentError, choose
from . import functional
from .identity import Identity
from .module import Module

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


class _Activation(Module):
    """A function of ``nn.functional`` and its options; counted as one operation per element."""

    function: ClassVar[Callable[..., Any]]
    options: ClassVar[tuple[str, ...]] = ()

    def forward(self, x: Any) -> Any:
        """Apply the function; the shape stays the same."""
        return self.function(x, **{name: getattr(self, name) for name in self.options})

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        return math.prod(output.shape)


class ReLU(_Activation):
    """max(x, 0); see :mod:`xpnet.ops.activations.relu`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.ReLU()(xn.asarray([-1.0, 2.0]))
    array([0., 2.], dtype=float32)
    """

    function = staticmethod(functional.relu)


class LeakyReLU(_Activation):
    """x where x > 0, else a x; see :mod:`xpnet.ops.activations.leaky_relu`.

    Parameters
    ----------
    negative_slope : float
        a.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.LeakyReLU(0.5)(xn.asarray([-1.0, 2.0]))
    array([-0.5,  2. ], dtype=float32)
    """

    function = staticmethod(functional.leaky_relu)
    options = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope


class ELU(_Activation):
    """x where x > 0, else α (exp(x) - 1); see :mod:`xpnet.ops.activations.elu`.

    Parameters
    ----------
    alpha : float
        Minus the limit for large negative x.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.ELU()(xn.asarray([-1e4, 2.0]))
    array([-1.,  2.], dtype=float32)
    """

    function = staticmethod(functional.elu)
    options = ("alpha",)

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha


class GELU(_Activation):
    """x Φ(x); see :mod:`xpnet.ops.activations.gelu`.

    Parameters
    ----------
    approximate : {"none", "tanh"}

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.GELU()(xn.asarray([0.0, 1e4]))
    array([    0., 10000.], dtype=float32)
    """

    function = staticmethod(functional.gelu)
    options = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        self.approximate = choose("GELU", "approximate", approximate, ("none", "tanh"))


class SiLU(_Activation):
    """x σ(x), also called swish; see :mod:`xpnet.ops.activations.silu`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.SiLU()(xn.asarray([0.0, 1e4]))
    array([    0., 10000.], dtype=float32)
    """

    function = staticmethod(functional.silu)


class Sigmoid(_Activation):
    """1 / (1 + exp(-x)); see :mod:`xpnet.ops.activations.sigmoid`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Sigmoid()(xn.asarray([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ], dtype=float32)
    """

    function = staticmethod(functional.sigmoid)


class Tanh(_Activation):
    """The hyperbolic tangent; see :mod:`xpnet.ops.activations.tanh`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Tanh()(xn.asarray([0.0, 1e4]))
    array([0., 1.], dtype=float32)
    """

    function = staticmethod(functional.tanh)


class Softplus(_Activation):
    """log(1 + exp(β x)) / β; see :mod:`xpnet.ops.activations.softplus`.

    Parameters
    ----------
    beta : float
        Larger is closer to the rectifier.
    threshold : float
        Where β x is larger, the result is x.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Softplus()(xn.asarray([-1e4, 1e4]))
    array([    0., 10000.], dtype=float32)
    """

    function = staticmethod(functional.softplus)
    options = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        self.beta = beta
        self.threshold = threshold


class Softmax(_Activation):
    """Scores to probabilities; see :mod:`xpnet.ops.activations.softmax`.

    Not before :class:`CrossEntropyLoss`, which contains it.

    Parameters
    ----------
    axis : int
        Along which the results sum to one.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Softmax()(xn.asarray([[0.0, 0.0]]))
    array([[0.5, 0.5]], dtype=float32)
    """

    function = staticmethod(functional.softmax)
    options = ("axis",)

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis


class LogSoftmax(Softmax):
    """The logarithm of the softmax, to go before :class:`NLLLoss`.

    Parameters
    ----------
    axis : int

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.LogSoftmax()(xn.asarray([1e4, 0.0]))
    array([     0., -10000.], dtype=float32)
    """

    function = staticmethod(functional.log_softmax)


class Sign(_Activation):
    """-1, 0 or 1: Rosenblatt's threshold, through which no gradient can pass.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Sign()(xn.asarray([-1.0, 2.0]))
    array([-1.,  1.], dtype=float32)
    """

    function = staticmethod(functional.sign)


class Step(_Activation):
    """1 where x > 0, else 0: the threshold of McCulloch and Pitts; no gradient can pass.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Step()(xn.asarray([-1.0, 2.0]))
    array([0., 1.], dtype=float32)
    """

    function = staticmethod(functional.step)


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
