"""Activations whose results lie between two numbers."""

from __future__ import annotations

from .. import functional
from .base import Activation

__all__ = [
    "Sigmoid",
    "Sign",
    "Step",
    "Tanh",
]


class Sigmoid(Activation):
    """1 / (1 + exp(-x)); see :mod:`xpnet.ops.activations.sigmoid`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Sigmoid().predict(xn.asarray([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ], dtype=float32)
    """

    function = staticmethod(functional.sigmoid)


class Tanh(Activation):
    """The hyperbolic tangent; see :mod:`xpnet.ops.activations.tanh`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Tanh().predict(xn.asarray([0.0, 1e4]))
    array([0., 1.], dtype=float32)
    """

    function = staticmethod(functional.tanh)


class Sign(Activation):
    """-1, 0 or 1: Rosenblatt's threshold, through which no gradient can pass.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Sign().predict(xn.asarray([-1.0, 2.0]))
    array([-1.,  1.], dtype=float32)
    """

    function = staticmethod(functional.sign)


class Step(Activation):
    """1 where x > 0, else 0: the threshold of McCulloch and Pitts; no gradient can pass.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Step().predict(xn.asarray([-1.0, 2.0]))
    array([0., 1.], dtype=float32)
    """

    function = staticmethod(functional.step)
