"""Rosenblatt's perceptron: one linear unit that answers yes or no."""

from __future__ import annotations

from typing import Any

from .. import nn
from ..backend import namespace
from ..nn import functional as F

__all__ = ["Perceptron"]


class Perceptron(nn.Module):
    """One unit: the sign of a weighted sum, 1 or -1.

    Calling the model gives the weighted sums, which is what a loss needs; trained by plain SGD
    with the loss ``"perceptron"`` and batches of one, it follows Rosenblatt's rule: w <- w + η y x
    for each sample that is misclassified.

    Parameters
    ----------
    in_features : int
        D. Inputs of more axes, such as images, are flattened.

    References
    ----------
    F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization
    in the brain", Psychological Review 65, 1958.

    Examples
    --------
    >>> import xpnet as xn
    >>> x, y = xn.asarray([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), [-1, -1, -1, 1]
    >>> model = xn.models.Perceptron(2)
    >>> trainer = xn.Trainer(model, xn.optim.SGD(model.parameters(), lr=0.1), loss="perceptron")
    >>> history = trainer.fit((x, xn.asarray(y)), epochs=20, batch_size=1, progress=False)
    >>> model.predict(x)
    array([-1., -1., -1.,  1.], dtype=float32)
    """

    def __init__(self, in_features: int) -> None:
        self.linear = nn.Linear(in_features, 1)

    def forward(self, x: Any) -> Any:
        """Return the weighted sums: (N, D) -> (N,)."""
        return F.flatten(self.linear(F.flatten(x)), start_dim=0)  # (N, 1) -> (N,)

    def scores(self, x: Any, batch_size: int | None = None) -> Any:
        """Return the weighted sums as bare arrays, (N,): how sure the answers are."""
        return super().predict(x, batch_size)

    def predict(self, x: Any, batch_size: int | None = None) -> Any:
        """Return the answers, -1 or 1: (N, D) -> (N,). A sum of exactly 0 is a 1."""
        scores = self.scores(x, batch_size)
        yes = namespace(scores).ones_like(scores)
        return namespace(scores).where(scores >= 0, yes, -yes)
