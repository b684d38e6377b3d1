"""Losses of regression as modules."""

from __future__ import annotations

from .. import functional
from .loss import Loss

__all__ = [
    "HuberLoss",
    "L1Loss",
    "MSELoss",
    "QuadraticCost",
]


class MSELoss(Loss):
    """Mean squared error; see :func:`~xpnet.nn.functional.mse_loss`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.MSELoss()(np.asarray([1.0]), np.asarray([4.0])))
    9.0
    """

    function = staticmethod(functional.mse_loss)


class QuadraticCost(Loss):
    """Half the mean squared distance; see :func:`~xpnet.nn.functional.quadratic_cost`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.QuadraticCost()(np.asarray([[1.0, 0.0]]), np.asarray([[4.0, 4.0]])))
    12.5
    """

    function = staticmethod(functional.quadratic_cost)


class L1Loss(Loss):
    """Mean absolute error; see :func:`~xpnet.nn.functional.l1_loss`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.L1Loss()(np.asarray([1.0]), np.asarray([4.0])))
    3.0
    """

    function = staticmethod(functional.l1_loss)


class HuberLoss(Loss):
    """Quadratic below delta, linear above; see :func:`~xpnet.nn.functional.huber_loss`.

    Parameters
    ----------
    delta : float
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.HuberLoss()(np.asarray([1.0]), np.asarray([4.0])))
    2.5
    """

    function = staticmethod(functional.huber_loss)
    options = ("delta",)

    def __init__(self, delta: float = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.delta = delta
