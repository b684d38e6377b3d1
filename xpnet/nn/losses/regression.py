"""Losses of regression as modules."""

from __future__ import annotations

from .. import functional
from .loss import Loss

__all__ = [
    "HuberLoss",
    "L1Loss",
    "MSELoss",
    "PoissonNLLLoss",
    "QuadraticCost",
    "QuantileLoss",
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


class QuantileLoss(Loss):
    """The pinball loss of a quantile; see :func:`~xpnet.nn.functional.quantile_loss`.

    Parameters
    ----------
    q : float
        Between 0 and 1; 0.5 is the median.
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.QuantileLoss(0.75)(np.asarray([1.0]), np.asarray([3.0])))
    1.5
    """

    function = staticmethod(functional.quantile_loss)
    options = ("q",)

    def __init__(self, q: float = 0.5, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.q = q


class PoissonNLLLoss(Loss):
    """Negative log-likelihood of counts; see :func:`~xpnet.nn.functional.poisson_nll_loss`.

    Parameters
    ----------
    log_input, full : bool
    eps : float
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> float(xn.nn.PoissonNLLLoss()(np.asarray([0.0]), np.asarray([3.0])))
    1.0
    """

    function = staticmethod(functional.poisson_nll_loss)
    options = ("log_input", "full", "eps")

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        *,
        eps: float = 1e-8,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps
