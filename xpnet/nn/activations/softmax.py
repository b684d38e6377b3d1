"""Activations that compare the scores of classes."""

from __future__ import annotations

from .. import functional
from .base import Activation

__all__ = [
    "LogSoftmax",
    "Softmax",
]


class Softmax(Activation):
    """Scores to probabilities; see :mod:`xpnet.ops.activations.softmax`.

    Not before :class:`CrossEntropyLoss`, which contains it.

    Parameters
    ----------
    axis : int
        Along which the results sum to one.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Softmax().predict(xn.asarray([[0.0, 0.0]]))
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
    >>> xn.nn.LogSoftmax().predict(xn.asarray([1e4, 0.0]))
    array([     0., -10000.], dtype=float32)
    """

    function = staticmethod(functional.log_softmax)
