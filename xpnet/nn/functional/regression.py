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
    "poisson_nll_loss",
    "quadratic_cost",
    "quantile_loss",
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


def quantile_loss(input: Any, target: Any, *, q: float = 0.5, reduction: str = "mean") -> Any:
    """Return the mean of max(q d, (q - 1) d), d = target - input: the pinball loss.

    A model that makes it small predicts the q-quantile: a share q of the targets lies below.

    Examples
    --------
    >>> import numpy as np
    >>> quantile_loss(np.asarray([1.0, 2.0]), np.asarray([3.0, 1.0]), q=0.75)
    np.float64(0.875)
    """
    return ops.quantile_loss(input, target, q=q, reduction=reduction)


def poisson_nll_loss(
    input: Any,
    target: Any,
    *,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Any:
    """Return the negative log-likelihood of counts, where the model predicts their rate λ.

    Parameters
    ----------
    input, target : arrays of the same shape
        Predictions, and counts >= 0, as floating-point numbers.
    log_input : bool
        Whether `input` is log λ: the loss is exp(input) - target input. Otherwise it is λ:
        input - target log(input + eps).
    full : bool
        Add log(target!), in Stirling's approximation, where the target is greater than 1.
    eps : float
        Keeps the logarithm of a rate 0 finite.
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np
    >>> poisson_nll_loss(np.asarray([0.0, 0.0]), np.asarray([1.0, 3.0]))
    np.float64(1.0)
    """
    return ops.poisson_nll_loss(
        input, target, log_input=log_input, full=full, eps=eps, reduction=reduction
    )
