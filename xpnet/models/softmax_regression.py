"""Softmax regression: the probability of each of several classes, without a hidden layer."""

from __future__ import annotations

from typing import Any

from .. import nn
from ..nn import functional as F

__all__ = ["SoftmaxRegression"]


class SoftmaxRegression(nn.Module):
    """One linear layer whose outputs are the logits of the classes.

    Train it with the loss ``"cross_entropy"``, which contains the softmax.

    Parameters
    ----------
    in_features : int
        D. Inputs of more axes, such as images, are flattened.
    classes : int
        K.

    Examples
    --------
    >>> import xpnet as xn
    >>> model = xn.models.SoftmaxRegression(64, 10)
    >>> train, test = xn.data.load_digits()
    >>> model.predict(test.arrays[0]).shape
    (359, 10)
    """

    def __init__(self, in_features: int, classes: int) -> None:
        self.linear = nn.Linear(in_features, classes)

    def forward(self, x: Any) -> Any:
        """Return logits: (N, D) -> (N, K)."""
        return self.linear(F.flatten(x))

    def probabilities(self, x: Any, batch_size: int | None = None) -> Any:
        """Return the probabilities of the classes, (N, K), as bare arrays."""
        return F.softmax(self.predict(x, batch_size))
