"""Rosenblatt's perceptron: one linear unit that answers yes or no."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...backend import asarray, device_of, is_array, namespace, random, unwrap
from ...errors import ShapeError
from ...nn import functional as F

__all__ = ["Perceptron"]


class Perceptron(nn.Module):
    """One unit: the sign of a weighted sum, 1 or -1.

    Calling the model gives the weighted sums, which is what a loss needs; trained by plain SGD
    with the loss ``"perceptron"`` and batches of one, it follows Rosenblatt's rule: w <- w + η y x
    for each sample that is misclassified. :func:`~xpnet.models.perceptron.learn` and its relatives
    follow the rule itself, until no sample is left to correct.

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

    @classmethod
    def from_weights(cls, w: Any, b: Any) -> Perceptron:
        """Return the perceptron sign(w·x + b).

        Parameters
        ----------
        w : array or sequence of numbers, (D,)
            Its library, device and dtype are the model's; numbers go to the current device.
        b : number, or array of one

        Raises
        ------
        ShapeError
            If `w` has not one axis.

        Examples
        --------
        >>> import xpnet as xn
        >>> model = Perceptron.from_weights([1.0, -1.0], 0.5)
        >>> model.predict(xn.asarray([[2.0, 1.0], [1.0, 2.0]]))
        array([ 1., -1.], dtype=float32)
        """
        w = unwrap(w) if is_array(unwrap(w)) else asarray(w, "float32")
        if len(w.shape) != 1 or not w.shape[0]:
            raise ShapeError(
                f"Perceptron.from_weights: w must be (D,), got {tuple(w.shape)}; one weight for "
                "each feature"
            )
        b = asarray(unwrap(b), w.dtype, device_of(w))
        with random.seeded(0):  # the weights that it draws are not used
            model = cls(w.shape[0])
        model.linear.weight = nn.Parameter(w[None, :])  # (D,) -> (1, D)
        model.linear.bias = nn.Parameter(namespace(b).reshape(b, (1,)))
        return model

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
