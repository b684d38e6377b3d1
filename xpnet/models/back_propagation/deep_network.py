"""A network of any number of layers, with the four equations of back-propagation in a loop."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ... import nn
from ...backend import DEFAULT_FLOAT, DeviceLike, namespace, unwrap
from ...errors import ArgumentError, choose
from ...nn import functional as F
from ...nn import init as initial
from ...typing import Array
from .by_hand import ByHand, require_input
from .costs import COSTS
from .equations import bp1, bp2, bp3, bp4
from .slopes import SLOPES
from .targets import as_rows

__all__ = ["DeepNetwork"]


class DeepNetwork(ByHand):
    """L dense layers, whose gradients are computed by BP1 to BP4.

    Forward, for l = 1 ... L, with A[0] = X and samples as rows::

        Z[l] = A[l-1] W[l]ᵀ + b[l]          A[l] = g[l](Z[l])

    which is Z[l] = W[l] A[l-1] + b[l], with samples as columns, transposed. Backward, from δ[L]
    down to δ[1]: see :mod:`xpnet.models.back_propagation.equations`.

    Parameters
    ----------
    sizes : sequence of int
        Units of every layer, from the inputs to the outputs: (64, 30, 10) is L = 2.
    activation : str
        Of the hidden layers, a key of :data:`SLOPES`: one whose derivative is written out.
    cost : str
        ``"quadratic"``, ``"cross_entropy"`` (of sigmoid units) or ``"log_likelihood"`` (of a
        softmax); see :data:`COSTS`.
    output : str, optional
        The activation of the last layer. Default: the one that belongs to the cost, and the sigmoid
        for the quadratic one, which takes every key of :data:`SLOPES`.
    init : str, optional
        How weights are drawn, a scheme of ``nn.init``; biases are 0. Default: ``"he_normal"`` for
        rectifiers, ``"xavier_normal"`` for others.
    device : str or Device, optional
    dtype : str
    **options
        Of the scheme, as in ``init="normal", std=0.01``.

    Attributes
    ----------
    W, b : dict of int to Parameter
        W[l], (M, D), and b[l], (M,), of layer l = 1 ... L. In gradients and files their names are
        ``"W.1"``, ``"b.1"``, ...
    Z, A : dict of int to array
        The caches of the last forward.
    delta : dict of int to array
        The errors δ[l], (N, M), of the last backward; dZ[l] in many lectures.

    Raises
    ------
    ArgumentError
        If a size is not positive, a name is unknown, or cost and output do not belong together.
    ShapeError
        If the input is not (N, D).

    References
    ----------
    M. A. Nielsen, 2015, *Neural networks and deep learning*, chapters 2 and 3.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.manual_seed(0)
    >>> train, test = xn.data.load_digits(flatten=True)
    >>> network = xn.models.DeepNetwork((64, 30, 10), cost="cross_entropy")
    >>> costs = network.fit(*train.arrays, lr=0.5, epochs=10, batch_size=10)
    >>> x, y = test.arrays
    >>> bool((network.predict(x).argmax(axis=1) == y).mean() > 0.95)
    True

    By hand and by the tape:

    >>> a = network.forward(x)
    >>> by_hand = network.backward(y)
    >>> network.cost(x, y).backward()
    >>> bool(abs(by_hand["W.1"] - network.W[1].grad).max() < 1e-7)
    True
    """

    delta: dict[int, Array]

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str = "sigmoid",
        cost: str = "quadratic",
        output: str | None = None,
        init: str | None = None,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
        **options: Any,
    ) -> None:
        sizes = _checked_sizes(sizes)
        _require_slope("activation", activation)
        self.cost_name = choose("DeepNetwork", "cost", cost, COSTS)
        self.layers = len(sizes) - 1
        self.g = dict.fromkeys(range(1, self.layers), activation)
        self.g[self.layers] = _checked_output(cost, output)
        if init is None:
            saturating = activation in ("sigmoid", "tanh", "identity")
            init = "xavier_normal" if saturating else "he_normal"
        place: dict[str, Any] = {"device": device, "dtype": dtype}
        self.W = {
            layer: nn.Parameter(initial.draw(init, (m, d), **place, **options))
            for layer, (d, m) in enumerate(pairwise(sizes), start=1)
        }
        self.b = {
            layer: nn.Parameter(initial.draw("zeros", (m,), **place))
            for layer, m in enumerate(sizes[1:], start=1)
        }

    def forward(self, x: Any) -> Any:
        """Return A[L], and keep all Z[l] and A[l]: (N, D) -> (N, K)."""
        require_input("DeepNetwork", x, self.W[1].shape[1])
        xp = namespace(x, self.W[1])
        self.Z, self.A = {}, {0: unwrap(x)}
        a = x
        for layer in range(1, self.layers + 1):
            z = xp.matmul(a, xp.matrix_transpose(self.W[layer])) + self.b[layer]  # (N, D) -> (N, M)
            a = getattr(F, self.g[layer])(z) if self.g[layer] != "identity" else z
            self.Z[layer], self.A[layer] = unwrap(z), unwrap(a)
        return a

    def backward(self, y: Array) -> dict[str, Array]:
        """Return the gradients of J by the names of the parameters, for the last forward.

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
        z, a = self.caches()
        last = self.layers
        delta = self.error(y)
        self.delta, gradients = {}, {}
        for layer in range(last, 0, -1):
            if layer < last:
                delta = bp2(self.W[layer + 1].data, delta, SLOPES[self.g[layer]](z[layer]))
            gradients[f"b.{layer}"] = bp3(delta)
            gradients[f"W.{layer}"] = bp4(delta, a[layer - 1])
            self.delta[layer] = delta
        return gradients

    def error(self, y: Array) -> Array:
        """Return δ[L], the error of the last layer: BP1, or A[L] - Y where the slope cancels."""
        z, a = self.caches()
        cost, outputs, output = COSTS[self.cost_name], a[self.layers], self.g[self.layers]
        y = as_rows("DeepNetwork.backward", unwrap(y), outputs)
        if output == cost.output:
            return outputs - y
        return bp1(cost.gradient(outputs, y), SLOPES[output](z[self.layers]))


def _checked_sizes(sizes: Any) -> tuple[int, ...]:
    if isinstance(sizes, int | str) or len(sizes) < 2:
        raise ArgumentError(
            f"DeepNetwork: sizes must be those of at least two layers, inputs and outputs, got "
            f"{sizes!r}; as in (64, 30, 10)"
        )
    for number, size in enumerate(sizes):
        initial.require_sizes("DeepNetwork", **{f"sizes[{number}]": size})
    return tuple(sizes)


def _checked_output(cost: str, output: str | None) -> str:
    """Return the activation of the last layer, which must belong to the cost."""
    own = COSTS[cost].output
    if output is None:
        return own or "sigmoid"
    if own and output != own:
        raise ArgumentError(
            f"DeepNetwork: output must be {own!r} for the cost {cost!r}, got {output!r}; leave it "
            "out, or take the cost 'quadratic'"
        )
    return own or _require_slope("output", output)


def _require_slope(argument: str, name: str) -> str:
    """Return an activation that has a slope by hand; of the others, say where they work."""
    if name in nn.ACTIVATIONS and name not in SLOPES:
        raise ArgumentError(
            f"DeepNetwork: {argument} must be one of {', '.join(map(repr, SLOPES))}, whose slopes "
            f"are written out in SLOPES, got {name!r}; MLP takes every activation"
        )
    return choose("DeepNetwork", argument, name, SLOPES)
