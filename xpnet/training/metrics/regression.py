"""Metrics for numbers: mean squared error, mean absolute error, R²."""

from __future__ import annotations

import math
from typing import Any

from ...backend import namespace
from ...typing import Array, State
from .classes import require_same_shape
from .metric import Metric
from .wide import widened

__all__ = ["MAE", "MSE", "R2", "mae", "mse", "r2"]


class MSE(Metric):
    """The mean squared error; see `mse`."""

    name = "mse"
    higher_is_better = False

    def sums(self, outputs: Array, y: Array) -> State:
        """Sum squared errors."""
        xp = namespace(outputs, y)
        error = _errors(outputs, y)
        return {"total": xp.sum(error * error), "count": math.prod(error.shape)}

    def compute(self, state: State) -> Any:
        """Divide by the number of elements."""
        return state["total"] / state["count"]


class MAE(Metric):
    """The mean absolute error; see `mae`."""

    name = "mae"
    higher_is_better = False

    def sums(self, outputs: Array, y: Array) -> State:
        """Sum absolute errors."""
        xp = namespace(outputs, y)
        error = _errors(outputs, y)
        return {"total": xp.sum(xp.abs(error)), "count": math.prod(error.shape)}

    def compute(self, state: State) -> Any:
        """Divide by the number of elements."""
        return state["total"] / state["count"]


class R2(Metric):
    """The coefficient of determination; see `r2`."""

    name = "r2"

    def sums(self, outputs: Array, y: Array) -> State:
        """Sum targets, their squares, and squared errors."""
        xp = namespace(outputs, y)
        error = _errors(outputs, y)
        target = widened(require_same_shape(outputs, y))
        return {
            "residual": xp.sum(error * error),
            "sum": xp.sum(target),
            "squares": xp.sum(target * target),
            "count": math.prod(error.shape),
        }

    def compute(self, state: State) -> Any:
        """1 - residual / variance; constant targets give 1 for no residual and else 0."""
        total = state["squares"] - state["sum"] * state["sum"] / state["count"]
        residual = state["residual"]
        xp = namespace(residual)
        # rounding of the difference of two large numbers is no variance
        varies = total > 1e-12 * state["squares"]
        share = residual / xp.where(varies, total, xp.ones_like(total))
        constant = xp.astype(residual > 0, residual.dtype)
        return 1.0 - xp.where(varies, share, constant)


def mse(outputs: Array, y: Array) -> Array:
    """Return the mean of (outputs - y)², over samples and components.

    Parameters
    ----------
    outputs, y : array, (N, ...)
        Of one shape; (N, 1) and (N,) count as the same.

    Returns
    -------
    array, (), float64

    Examples
    --------
    >>> import numpy as np
    >>> float(mse(np.asarray([1.0, 2.0]), np.asarray([1.0, 4.0])))
    2.0
    """
    return MSE()(outputs, y)


def mae(outputs: Array, y: Array) -> Array:
    """Return the mean of abs(outputs - y); see `mse` for the arguments.

    Examples
    --------
    >>> import numpy as np
    >>> float(mae(np.asarray([1.0, 2.0]), np.asarray([1.0, 4.0])))
    1.0
    """
    return MAE()(outputs, y)


def r2(outputs: Array, y: Array) -> Array:
    """Return 1 - Σ (y - outputs)² / Σ (y - mean(y))²; see `mse` for the arguments.

    1 is perfect, 0 is as good as the mean of `y`, and worse is negative. All components of `y` are
    one population.

    Examples
    --------
    >>> import numpy as np
    >>> float(r2(np.asarray([1.0, 2.0, 2.0]), np.asarray([1.0, 2.0, 3.0])))
    0.5
    """
    return R2()(outputs, y)


def _errors(outputs: Array, y: Array) -> Array:
    """Return outputs - y, wide enough for sums over many samples."""
    return widened(outputs) - widened(require_same_shape(outputs, y))
