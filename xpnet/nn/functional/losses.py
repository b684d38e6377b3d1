"""Losses by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import ArgumentError, choose
from .classification import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    multi_margin_loss,
    nll_loss,
    perceptron_loss,
    squared_hinge_loss,
)
from .regression import (
    huber_loss,
    l1_loss,
    mse_loss,
    poisson_nll_loss,
    quadratic_cost,
    quantile_loss,
)

__all__ = ["LOSSES", "get_loss"]

LOSSES: dict[str, Callable[..., Any]] = {
    "bce": binary_cross_entropy,
    "bce_with_logits": binary_cross_entropy_with_logits,
    "cross_entropy": cross_entropy,
    "hinge": hinge_loss,
    "huber": huber_loss,
    "l1": l1_loss,
    "mse": mse_loss,
    "multi_margin": multi_margin_loss,
    "nll": nll_loss,
    "perceptron": perceptron_loss,
    "poisson": poisson_nll_loss,
    "quadratic": quadratic_cost,
    "quantile": quantile_loss,
    "squared_hinge": squared_hinge_loss,
}
"""Every loss by the name that ``Trainer(loss=...)`` takes."""


def get_loss(loss: str | Callable[..., Any]) -> Callable[..., Any]:
    """Return the loss function for a name; the name of the function itself is good as well.

    Parameters
    ----------
    loss : str or callable
        A key of :data:`LOSSES`, or any ``f(input, target)``, which is returned as it is.

    Raises
    ------
    ArgumentError
        If there is no such loss, or it is a class.

    Examples
    --------
    >>> get_loss("mse") is get_loss("mse_loss") is mse_loss
    True
    """
    if isinstance(loss, str):
        by_function = {function.__name__: function for function in LOSSES.values()}
        if loss in by_function:
            return by_function[loss]
        return LOSSES[choose("get_loss", "loss", loss, LOSSES)]
    if isinstance(loss, type) or not callable(loss):
        shown = loss.__name__ if isinstance(loss, type) else repr(loss)
        raise ArgumentError(
            f"get_loss: loss must be a name or a function of (input, target), got {shown}; "
            "create an instance of a class with ()"
        )
    return loss
