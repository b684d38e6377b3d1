"""The losses by scikit-learn's names, and how outputs become predictions.

As in scikit-learn, the loss of a sample is the *sum* over its outputs (labels or targets), so that
each is learnt as if it were alone, and the squared error is half of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..backend import is_floating, namespace
from ..nn import functional as F
from ..nn.functional import get_loss

__all__ = ["CLASSIFICATION", "REGRESSION", "hinge", "log_loss", "one_vs_rest", "regression_loss"]


def log_loss(outputs: Any, y: Any, *, reduction: str = "mean") -> Any:
    """Return the negative log-likelihood of classes, whatever the form of the outputs.

    Parameters
    ----------
    outputs : array or Tensor
        Logits: (N,) or (N, 1) of the second of two classes, or (N, K).
    y : array
        Classes (N,), integers; or floating 0 and 1 in (N, K), where samples have several labels.
    reduction : {"mean", "sum", "none"}

    Examples
    --------
    >>> import numpy as np
    >>> float(log_loss(np.asarray([0.0, 0.0]), np.asarray([1, 0]))).__round__(4)
    0.6931
    """
    if _apart(outputs, y):
        xp = namespace(y)
        target = xp.astype(xp.reshape(y, outputs.shape), outputs.dtype)
        losses = F.binary_cross_entropy_with_logits(outputs, target, reduction=reduction)
        return _summed(losses, outputs, reduction)
    return F.cross_entropy(outputs, y, reduction=reduction)


def hinge(outputs: Any, y: Any, *, reduction: str = "mean") -> Any:
    """Return the hinge loss of two classes, or its form for several (Crammer and Singer's).

    Takes what :func:`log_loss` takes.
    """
    if _apart(outputs, y):
        return _hinge_of_units(outputs, y, reduction=reduction)
    return F.multi_margin_loss(outputs, y, reduction=reduction)


def one_vs_rest(loss: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Return a loss of signs, -1 and 1, for classes: the sum over units, each for one class.

    Examples
    --------
    >>> import numpy as np
    >>> loss = one_vs_rest(F.hinge_loss)
    >>> float(loss(np.asarray([[0.5, -3.0, 0.0]]), np.asarray([0])))
    1.5
    """

    def of_classes(outputs: Any, y: Any, *, reduction: str = "mean") -> Any:
        xp = namespace(y)
        if _apart(outputs, y):
            yes = xp.reshape(y, outputs.shape) > 0
        else:
            numbers = xp.arange(outputs.shape[1], dtype=y.dtype, device=y.device)
            yes = xp.reshape(y, (-1, 1)) == numbers
        signs = 2 * xp.astype(yes, outputs.dtype) - 1
        losses = loss(outputs, signs, reduction=reduction, **options)
        return _summed(losses, outputs, reduction)

    return of_classes


_hinge_of_units = one_vs_rest(F.hinge_loss)


def _apart(outputs: Any, y: Any) -> bool:
    """Tell whether each output has a target of its own: one for two classes, or several labels."""
    return is_floating(y) or _units(outputs) == 1


def _units(outputs: Any) -> int:
    return 1 if outputs.ndim == 1 else int(outputs.shape[1])


def _summed(losses: Any, outputs: Any, reduction: str) -> Any:
    """Return means over (N, K), or what they are means of, as sums over K."""
    units = _units(outputs)
    return losses if reduction == "sum" or units == 1 else units * losses


CLASSIFICATION: dict[str, Callable[..., Any]] = {
    "log_loss": log_loss,
    "hinge": hinge,
    "squared_hinge": one_vs_rest(F.hinge_loss, power=2),
}


def regression_loss(
    function: Callable[..., Any], summed: bool = False, **options: Any
) -> Callable[..., Any]:
    """Return a loss of numbers that takes targets (N, K) for outputs (N, K), or (N,) if K is 1.

    Parameters
    ----------
    function : callable
        ``function(outputs, y, *, reduction, **options)``, a mean over N and K.
    summed : bool
        Return a mean over N of sums over K.

    Examples
    --------
    >>> import numpy as np
    >>> loss = regression_loss(F.mse_loss)
    >>> float(loss(np.asarray([1.0, 2.0]), np.asarray([[1.0], [4.0]])))
    2.0
    """

    def loss(outputs: Any, y: Any, *, reduction: str = "mean") -> Any:
        y = namespace(y).reshape(y, outputs.shape)
        losses = function(outputs, y, reduction=reduction, **options)
        return _summed(losses, outputs, reduction) if summed else losses

    return loss


class Regression(NamedTuple):
    """A loss, and how the outputs become predictions."""

    function: Callable[..., Any]
    link: Callable[[Any], Any]


def _identity(outputs: Any) -> Any:
    return outputs


def _exp(outputs: Any) -> Any:
    return namespace(outputs).exp(outputs)


def _half_squared_error(outputs: Any, y: Any, *, reduction: str = "mean") -> Any:
    return 0.5 * F.mse_loss(outputs, y, reduction=reduction)


REGRESSION: dict[str, Regression] = {
    "squared_error": Regression(_half_squared_error, _identity),
    "absolute_error": Regression(F.l1_loss, _identity),
    "huber": Regression(F.huber_loss, _identity),
    "quantile": Regression(get_loss("quantile"), _identity),
    "poisson": Regression(get_loss("poisson"), _exp),
}
"""Losses by name; with Poisson's, the network's outputs are the logarithms of the rates."""
