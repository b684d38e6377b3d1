"""Losses of regression: how far the outputs are from the targets, which have the same shape.

All take ``reduction="mean"`` (default), ``"sum"``, or ``"none"`` for one loss per element (per row
for the quadratic cost). The mean over an empty batch is 0.
"""

from __future__ import annotations

from typing import Any

from ... import ops

__all__ = [
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "quadratic_cost",
]


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return the mean of (input - target)² over all elements.

    Examples
    --------
    >>> import numpy as np
    >>> mse_loss(np.asarray([1.0, 2.0]), np.asarray([1.0, 4.0]))
    np.float64(2.0)
    """
    return ops.mse_loss(input, target, reduction=reduction)


def quadratic_cost(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return half the squared distance of the rows, 1/(2N) Σ ‖input_n - target_n‖².

    Examples
    --------
    >>> import numpy as np
    >>> quadratic_cost(np.asarray([[1.0, 2.0]]), np.asarray([[1.0, 4.0]]))
    np.float64(2.0)
    """
    return ops.quadratic_cost(input, target, reduction=reduction)


def l1_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return the mean of |input - target| over all elements.

    Examples
    --------
    >>> import numpy as np
    >>> l1_loss(np.asarray([1.0, 2.0]), np.asarray([1.0, 4.0]))
    np.float64(1.0)
    """
    return ops.l1_loss(input, target, reduction=reduction)


def huber_loss(input: Any, target: Any, *, delta: float = 1.0, reduction: str = "mean") -> Any:
    """Return the mean of ½ d² where |d| = |input - target| < delta, else delta (|d| - ½ delta).

    Examples
    --------
    >>> import numpy as np
    >>> huber_loss(np.asarray([1.0, 2.0]), np.asarray([1.0, 4.0]))
    np.float64(0.75)
    """
    return ops.huber_loss(input, target, delta=delta, reduction=reduction)
