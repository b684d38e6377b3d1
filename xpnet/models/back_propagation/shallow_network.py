"""A shallow network, of one hidden layer, with every derivative on a line of its own."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...backend import DEFAULT_FLOAT, DeviceLike, namespace, unwrap
from ...nn import functional as F
from ...nn import init as initial
from ...typing import Array
from .by_hand import ByHand, require_input
from .targets import as_rows

__all__ = ["ShallowNetwork"]


class ShallowNetwork(ByHand):
    """Two layers, tanh and sigmoid, trained with the cross-entropy.

    Samples are rows, N of them (m columns in many lectures), so that the matrices there are
    transposed, all but W1 and W2::

        Z1 = X W1ᵀ + b1     A1 = tanh(Z1)
        Z2 = A1 W2ᵀ + b2    A2 = σ(Z2)

        dZ2 = A2 - Y
        dW2 = dZ2ᵀ A1 / N                   db2 = mean of the rows of dZ2
        dZ1 = dZ2 W2 ⊙ (1 - A1²)
        dW1 = dZ1ᵀ X / N                    db1 = mean of the rows of dZ1

    Parameters
    ----------
    in_features : int
        D.
    hidden : int
        Units of the hidden layer, M.
    out_features : int
        K: 1 for yes or no, else a unit for each class.
    init : str
        How weights are drawn, a scheme of ``nn.init``; biases are 0.
    device : str or Device, optional
    dtype : str

    Attributes
    ----------
    W1, b1, W2, b2 : Parameter, (M, D), (M,), (K, M), (K,)
    Z, A : dict of int to array
        The caches of the last forward.

    References
    ----------
    D. E. Rumelhart, G. E. Hinton, R. J. Williams, 1986, "Learning representations by
    back-propagating errors", Nature 323.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.manual_seed(0)
    >>> x = xn.asarray([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> network = xn.models.ShallowNetwork(2, 4, init="normal", std=1.0)
    >>> costs = network.fit(x, xn.asarray([0, 1, 1, 0]), lr=1.0, epochs=500)  # XOR
    >>> network.predict(x)[:, 0].round()
    array([0., 1., 1., 0.], dtype=float32)
    """

    cost_name = "cross_entropy"

    def __init__(
        self,
        in_features: int,
        hidden: int,
        out_features: int = 1,
        init: str = "xavier_normal",
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
        **options: Any,
    ) -> None:
        initial.require_sizes(
            "ShallowNetwork", in_features=in_features, hidden=hidden, out_features=out_features
        )
        place: dict[str, Any] = {"device": device, "dtype": dtype}
        self.W1 = nn.Parameter(initial.draw(init, (hidden, in_features), **place, **options))
        self.b1 = nn.Parameter(initial.draw("zeros", (hidden,), **place))
        self.W2 = nn.Parameter(initial.draw(init, (out_features, hidden), **place, **options))
        self.b2 = nn.Parameter(initial.draw("zeros", (out_features,), **place))

    def forward(self, x: Any) -> Any:
        """Return A2, and keep Z and A: (N, D) -> (N, K)."""
        require_input("ShallowNetwork", x, self.W1.shape[1])
        xp = namespace(x, self.W1)
        z1 = xp.matmul(x, xp.matrix_transpose(self.W1)) + self.b1  # (N, D) (D, M) -> (N, M)
        a1 = F.tanh(z1)
        z2 = xp.matmul(a1, xp.matrix_transpose(self.W2)) + self.b2  # (N, M) (M, K) -> (N, K)
        a2 = F.sigmoid(z2)
        self.Z = {1: unwrap(z1), 2: unwrap(z2)}
        self.A = {0: unwrap(x), 1: unwrap(a1), 2: unwrap(a2)}
        return a2

    def backward(self, y: Array) -> dict[str, Array]:
        """Return dW1, db1, dW2 and db2 by the names of the parameters, for the last forward.

        Parameters
        ----------
        y : (N, K), or (N,)
            Targets of the samples of that forward, or class labels.

        Raises
        ------
        ArgumentError
            If there has been no forward.
        ShapeError
            If the targets do not fit the outputs.
        """
        _, a = self.caches()
        x, a1, a2 = a[0], a[1], a[2]
        y = as_rows("ShallowNetwork.backward", unwrap(y), a2)
        xp, n = namespace(x, y), x.shape[0]
        dz2 = a2 - y
        dw2 = xp.matrix_transpose(dz2) @ a1 / n  # (K, N) (N, M) -> (K, M)
        db2 = xp.sum(dz2, axis=0) / n
        dz1 = dz2 @ self.W2.data * (1.0 - a1 * a1)  # (N, K) (K, M) -> (N, M)
        dw1 = xp.matrix_transpose(dz1) @ x / n  # (M, N) (N, D) -> (M, D)
        db1 = xp.sum(dz1, axis=0) / n
        return {"W1": dw1, "b1": db1, "W2": dw2, "b2": db2}
