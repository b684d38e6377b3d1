"""Softmax regression as a module: one linear layer whose outputs are logits."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...nn import functional as F
from ..logistic_regression.checks import require_descent
from ..logistic_regression.descent import follow
from .gradients import require_classes, require_layer, vectorized

__all__ = ["SoftmaxRegression"]


class SoftmaxRegression(nn.Module):
    """One linear layer whose outputs are the logits of the classes.

    Train it with the loss ``"cross_entropy"``, which contains the softmax, or with :meth:`fit`,
    plain gradient descent.

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

    def fit(self, x: Any, y: Any, *, lr: float = 0.1, steps: int = 1000) -> Any:
        """Follow the negative gradient of the cross-entropy of all samples, from where we are.

        Parameters
        ----------
        x : array, (m, D)
            Of the parameters' library, device and dtype.
        y : array, (m,)
            Labels from 0 to K - 1.
        lr : float
            Learning rate α.
        steps : int

        Returns
        -------
        array, (steps,)
            The cost J before each step.

        Raises
        ------
        ArgumentError
            If the rate is not positive, the steps are none to be counted, or a label is not from 0
            to K - 1.
        AnomalyError
            If the costs are not finite; the parameters are left as they were.
        ShapeError, DTypeError, DataError
            If shapes or dtypes are wrong, or there is no sample.

        Examples
        --------
        >>> import xpnet as xn
        >>> model = xn.models.SoftmaxRegression(1, 3)
        >>> x, y = xn.asarray([[-2.0], [0.0], [2.0]]), xn.asarray([0, 1, 2])
        >>> costs = model.fit(x, y, lr=1.0, steps=200)
        >>> bool(costs[-1] < 0.2)
        True
        """
        where = "SoftmaxRegression.fit"
        require_descent(where, lr, steps)
        weight, bias = self.linear.parameters()
        w, b = weight.data, bias.data  # (K, D), (K,)
        require_layer(where, w, b, x)
        require_classes(where, x, y, w.shape[0])
        w, b, costs = follow(where, vectorized, w, b, x, y, float(lr), steps)
        weight.data, bias.data = w, b
        return costs
