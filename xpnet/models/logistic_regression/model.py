"""Logistic regression as a module: one linear unit whose output is a logit."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...backend import namespace
from ...nn import functional as F
from .checks import require_descent, require_samples, require_unit
from .descent import Gradient, follow
from .gradients import vectorized

__all__ = ["LogisticRegression"]


class LogisticRegression(nn.Module):
    """One linear unit whose output is the logit of a probability.

    Calling the model gives logits, positive where class 1 is the more likely; train it with the
    loss ``"bce_with_logits"``, or with :meth:`fit`, plain gradient descent.

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

    def fit(
        self,
        x: Any,
        y: Any,
        *,
        lr: float = 0.1,
        steps: int = 1000,
        gradient: Gradient = vectorized,
    ) -> Any:
        """Follow the negative gradient of the cross-entropy of all samples, from where we are.

        Parameters
        ----------
        x : array, (m, D)
            Of the parameters' library, device and dtype.
        y : array, (m,)
            Labels, 0 or 1.
        lr : float
            Learning rate α.
        steps : int
        gradient : callable
            ``gradient(w, b, x, y) -> (J, dw, db)``, one of the three forms.

        Returns
        -------
        array, (steps,)
            The cost J before each step.

        Raises
        ------
        ArgumentError
            If the rate is not positive, the steps are none to be counted, or a label is not 0 or 1.
        AnomalyError
            If the costs are not finite, and the parameters are left as they were.
        ShapeError, DTypeError, DataError
            If shapes or dtypes are wrong, or there is no sample.

        Examples
        --------
        >>> import xpnet as xn
        >>> model = xn.models.LogisticRegression(1)
        >>> x, y = xn.asarray([[-2.0], [-1.0], [1.0], [2.0]]), xn.asarray([0, 0, 1, 1])
        >>> costs = model.fit(x, y, lr=1.0, steps=100)
        >>> model.probabilities(x).round(0)
        array([0., 0., 1., 1.], dtype=float32)
        """
        where = "LogisticRegression.fit"
        require_descent(where, lr, steps)
        require_samples(where, x, y)
        weight, bias = self.linear.parameters()  # (1, D), (1,)
        xp = namespace(weight.data)
        w, b = weight.data[0, :], xp.reshape(bias.data, ())
        require_unit(where, w, b, x)
        w, b, costs = follow(where, gradient, w, b, x, y, float(lr), steps)
        weight.data, bias.data = xp.reshape(w, weight.shape), xp.reshape(b, bias.shape)
        return costs
