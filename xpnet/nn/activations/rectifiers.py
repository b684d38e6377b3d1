"""Activations that leave positive numbers (nearly) as they are."""

from __future__ import annotations

from ...errors import choose
from .. import functional
from .base import Activation

__all__ = [
    "ELU",
    "GELU",
    "LeakyReLU",
    "ReLU",
    "SiLU",
    "Softplus",
]


class ReLU(Activation):
    """max(x, 0); see :mod:`xpnet.ops.activations.relu`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.ReLU().predict(xn.asarray([-1.0, 2.0]))
    array([0., 2.], dtype=float32)
    """

    function = staticmethod(functional.relu)


class LeakyReLU(Activation):
    """x where x > 0, else a x; see :mod:`xpnet.ops.activations.leaky_relu`.

    Parameters
    ----------
    negative_slope : float
        a.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.LeakyReLU(0.5).predict(xn.asarray([-1.0, 2.0]))
    array([-0.5,  2. ], dtype=float32)
    """

    function = staticmethod(functional.leaky_relu)
    options = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope


class ELU(Activation):
    """x where x > 0, else α (exp(x) - 1); see :mod:`xpnet.ops.activations.elu`.

    Parameters
    ----------
    alpha : float
        Minus the limit for large negative x.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.ELU().predict(xn.asarray([-1e4, 2.0]))
    array([-1.,  2.], dtype=float32)
    """

    function = staticmethod(functional.elu)
    options = ("alpha",)

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha


class GELU(Activation):
    """x Φ(x); see :mod:`xpnet.ops.activations.gelu`.

    Parameters
    ----------
    approximate : {"none", "tanh"}

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.GELU().predict(xn.asarray([0.0, 1e4]))
    array([    0., 10000.], dtype=float32)
    """

    function = staticmethod(functional.gelu)
    options = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        self.approximate = choose("GELU", "approximate", approximate, ("none", "tanh"))


class SiLU(Activation):
    """x σ(x), also called swish; see :mod:`xpnet.ops.activations.silu`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.SiLU().predict(xn.asarray([0.0, 1e4]))
    array([    0., 10000.], dtype=float32)
    """

    function = staticmethod(functional.silu)


class Softplus(Activation):
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
    >>> xn.nn.Softplus().predict(xn.asarray([-1e4, 1e4]))
    array([    0., 10000.], dtype=float32)
    """

    function = staticmethod(functional.softplus)
    options = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        self.beta = beta
        self.threshold = threshold
