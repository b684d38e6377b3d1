"""Logistic regression: the probability of one of two classes."""

from __future__ import annotations

from typing import Any

from .. import nn
from ..nn import functional as F

__all__ = ["LogisticRegression"]


class LogisticRegression(nn.Module):
    """One linear unit whose output is the logit of a probability.

    Calling the model gives logits, positive where class 1 is the more likely; train it with the
    loss ``"bce_with_logits"``.

    Parameters
    ----------
    in_features : int
        D. Inputs of more axes, such as images, are flattened.

    Examples
    --------
    >>> import xpnet as xn
    >>> model = xn.models.LogisticRegression(2)
    >>> model.probabilities(xn.asarray([[0.0, 0.0], [1.0, 2.0]])).shape
    (2,)
    """

    def __init__(self, in_features: int) -> None:
        self.linear = nn.Linear(in_features, 1)

    def forward(self, x: Any) -> Any:
        """Return logits: (N, D) -> (N,)."""
        return F.flatten(self.linear(F.flatten(x)), start_dim=0)  # (N, 1) -> (N,)

    def probabilities(self, x: Any, batch_size: int | None = None) -> Any:
        """Return the probabilities of class 1, (N,), as bare arrays."""
        return F.sigmoid(self.predict(x, batch_size))
