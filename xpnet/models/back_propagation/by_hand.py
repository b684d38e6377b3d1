"""What the networks with written-out back-propagation have in common: gradient descent."""

from __future__ import annotations

import math
from typing import Any

from ... import nn
from ...autograd import no_grad
from ...backend import asarray, device_of, dtype_name, namespace, unwrap
from ...data.order import permutation
from ...errors import ArgumentError, ShapeError
from ...typing import Array
from .costs import COSTS
from .targets import as_rows

__all__ = ["ByHand"]


class ByHand(nn.Module):
    """A network whose subclass defines ``forward(x)`` and ``backward(y)``.

    The forward keeps what the backward needs, the caches; the backward returns the gradients by
    the names of the parameters. Called as a module, ``network(x)``, it is recorded on the tape, and
    ``network.cost(x, y).backward()`` gives the gradients that those by hand must equal.

    Attributes
    ----------
    cost_name : str
        A key of :data:`COSTS`.
    A : dict of int to array
        The activations of the last forward, a prediction being one: A[0] is x, A[l] is what layer
        l gave.
    Z : dict of int to array
        The weighted inputs, Z[l] = W[l] A[l-1] + b[l].
    """

    cost_name: str = "cross_entropy"
    A: dict[int, Array]
    Z: dict[int, Array]

    def backward(self, y: Array) -> dict[str, Array]:
        """Return the gradients of J by the names of the parameters, for the last forward."""
        raise NotImplementedError(f"{type(self).__name__} has no backward method; define one")

    def cost(self, x: Array, y: Array) -> Any:
        """Return J, the mean cost over the samples, (): a Tensor, from which the tape goes back.

        Parameters
        ----------
        x : (N, D)
        y : (N, K), or (N,)
            Targets, or class labels.
        """
        a = self(x)
        return COSTS[self.cost_name].value(a, as_rows(type(self).__name__, y, a))

    def update(self, gradients: dict[str, Array], lr: float) -> None:
        """Descend: W[l] <- W[l] - α dW[l], b[l] <- b[l] - α db[l].

        Parameters
        ----------
        gradients : dict of str to array
            As :meth:`backward` returns them.
        lr : float
            α, the learning rate.
        """
        for name, parameter in self.named_parameters():
            parameter.data = parameter.data - lr * gradients[name]

    def fit(
        self,
        x: Array,
        y: Array,
        lr: float = 0.5,
        epochs: int = 100,
        batch_size: int | None = None,
        seed: int = 0,
    ) -> list[float]:
        """Train by gradient descent, without the tape.

        Parameters
        ----------
        x : (N, D)
        y : (N, K), or (N,)
            Targets, or class labels.
        lr : float
            α, the learning rate.
        epochs : int
            How often all samples are shown.
        batch_size : int, optional
            Samples of one step, in a new order in each epoch. Default: all.
        seed : int
            Of the order; the same on every library and device.

        Returns
        -------
        list of float
            J in each epoch, the mean over its steps, each before its update.

        Raises
        ------
        ArgumentError
            If the learning rate, the epochs or the batch size are not positive.
        ShapeError
            If samples and targets differ in number.
        """
        where = f"{type(self).__name__}.fit"
        _require_positive(where, lr, epochs, batch_size)
        weights = next(self.parameters())
        x = asarray(unwrap(x), dtype_name(weights.dtype), device_of(weights))
        y = asarray(unwrap(y), device=device_of(weights))
        n = x.shape[0]
        if y.shape[:1] != (n,) or n == 0:
            raise ShapeError(
                f"{where}: y must have a target for each sample, ({n},) or ({n}, K), and there "
                f"must be a sample, got {tuple(y.shape)} for x {tuple(x.shape)}; pass x and y of "
                "the same length"
            )
        size = n if batch_size is None else min(batch_size, n)
        costs = []
        with no_grad():
            for epoch in range(epochs):
                order = None if size == n else permutation(n, seed, "by hand", epoch)
                total: Any = 0.0
                for start in range(0, n, size):
                    rows, targets = x, y
                    if order is not None:
                        xp = namespace(x)
                        chosen = asarray(order[start : start + size], device=device_of(x))
                        rows, targets = xp.take(x, chosen, axis=0), xp.take(y, chosen, axis=0)
                    a = unwrap(self.forward(rows))
                    targets = as_rows(where, targets, a)
                    total = total + COSTS[self.cost_name].value(a, targets) * a.shape[0]
                    self.update(self.backward(targets), lr)
                costs.append(float(total) / n)
        return costs

    def caches(self) -> tuple[dict[int, Array], dict[int, Array]]:
        """Return (Z, A) of the last forward.

        Raises
        ------
        ArgumentError
            If there has been none.
        """
        if not getattr(self, "A", None):
            raise ArgumentError(
                f"{type(self).__name__}.backward: a forward must come first, got none; call "
                "forward(x), which keeps what backward needs"
            )
        return self.Z, self.A


def require_input(where: str, x: Any, features: int) -> None:
    """Raise a ShapeError unless x is (N, features).

    Examples
    --------
    >>> import numpy as np
    >>> require_input("DeepNetwork", np.zeros((5, 3)), 4)
    Traceback (most recent call last):
    xpnet.errors.ShapeError: DeepNetwork: x must be (N, 4), got (5, 3); samples are rows
    """
    if len(x.shape) != 2 or x.shape[1] != features:
        raise ShapeError(
            f"{where}: x must be (N, {features}), got {tuple(x.shape)}; samples are rows"
        )


def _require_positive(where: str, lr: Any, epochs: Any, batch_size: Any) -> None:
    if isinstance(lr, bool) or not isinstance(lr, int | float) or not 0 < lr < math.inf:
        raise ArgumentError(
            f"{where}: lr must be a positive number, got {lr!r}; 0.5 is the default"
        )
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        given = value is not None or name == "epochs"
        if given and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise ArgumentError(
                f"{where}: {name} must be a positive integer, got {value!r}; e.g. 100"
            )
