"""The linear support vector machine: the hyperplane with the widest margin."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ... import nn
from ...backend import asarray, device_of, namespace, to_numpy
from ...errors import ArgumentError, ShapeError
from ...nn import functional as F
from ...typing import Array
from .hyperplane import Hyperplane
from .inputs import class_numbers, samples, signs
from .solve import solve_linear

__all__ = ["LinearSVM"]


class LinearSVM(nn.Module):
    """A hyperplane w · x + b = 0 between two classes, with samples kept off by a margin.

    What it minimises is

        ½ ‖w‖² + C Σ max(0, 1 - y_i (w · x_i + b)),

    where 2 / ‖w‖ is the width of the margin. :meth:`fit` finds the minimum. The model can also be
    trained like any other, by a :class:`xpnet.Trainer` with the loss ``"hinge"`` and a weight decay
    of 1 / (C N); calling it gives the outputs w · x + b.

    Parameters
    ----------
    in_features : int
        D. Inputs of more axes, such as images, are flattened.
    classes : int, default 2
        K. Two classes are labelled -1 and 1 and have one output. More are labelled 0 ... K-1, and
        have an output each, which tells the class from all others.

    Attributes
    ----------
    linear : nn.Linear
        ``linear.weight`` is w, (1, D) or (K, D), ``linear.bias`` is b, (1,) or (K,).

    References
    ----------
    C. Cortes and V. Vapnik, Support-vector networks, Machine Learning 20, 1995.

    Examples
    --------
    >>> import xpnet as xn
    >>> x = xn.asarray([[-2.0, 0.0], [-1.0, 3.0], [1.0, -1.0], [4.0, 2.0]])
    >>> y = xn.asarray([-1, -1, 1, 1])
    >>> model = xn.models.LinearSVM(2).fit(x, y, C=100.0)
    >>> model.predict(x)
    array([-1., -1.,  1.,  1.], dtype=float32)
    >>> model.support(x, y), round(model.margin, 3)
    (array([0, 2]), 3.162)
    """

    def __init__(self, in_features: int, classes: int = 2) -> None:
        if isinstance(classes, bool) or not isinstance(classes, int) or classes < 2:
            raise ArgumentError(
                f"LinearSVM: classes must be an integer >= 2, got {classes!r}; two classes are "
                "told apart by one output"
            )
        self.classes = classes
        self.linear = nn.Linear(in_features, 1 if classes == 2 else classes)

    def forward(self, x: Any) -> Any:
        """Return the outputs: (N, D) -> (N,), or (N, K) for more than two classes."""
        out = self.linear(F.flatten(x))
        return F.flatten(out, start_dim=0) if self.classes == 2 else out  # (N, 1) -> (N,)

    def scores(self, x: Any, batch_size: int | None = None) -> Any:
        """Return the outputs as bare arrays, (N,) or (N, K): the distances times ‖w‖."""
        return super().predict(x, batch_size)

    def predict(self, x: Any, batch_size: int | None = None) -> Any:
        """Return the classes: -1 and 1, or 0 ... K-1: (N, D) -> (N,). An output of 0 is a 1."""
        scores = self.scores(x, batch_size)
        xp = namespace(scores)
        if self.classes > 2:
            return xp.argmax(scores, axis=1)
        yes = xp.ones_like(scores)
        return xp.where(scores >= 0, yes, -yes)

    def fit(
        self,
        x: Any,
        y: Any,
        *,
        C: float = 1.0,
        loss: str = "hinge",
        bias_penalty: float = 0.0,
        sample_weight: Any = None,
        solver: str = "exact",
        epochs: int = 100,
        batch_size: int = 32,
        seed: int = 0,
    ) -> LinearSVM:
        """Find the hyperplane; afterwards the model lives where `x` does, in its data type.

        Parameters
        ----------
        x : (N, D) array
        y : (N,) array
            -1 and 1; of K > 2 classes 0 ... K-1.
        C : float, default 1.0
            What a sample pays for each unit that it falls short of the margin.
        loss : "hinge" or "squared_hinge"
        bias_penalty : float, default 0.0
            ρ, in ½ (‖w‖² + ρ b²). 0: the hyperplane may lie anywhere. 1: b is a weight like the
            others. ``math.inf``: no b.
        sample_weight : (N,) array, optional
            Factors of C.
        solver : "exact" or "pegasos"
            ``"exact"`` takes tens of steps of O(N D min(N, D)). ``"pegasos"`` is stochastic
            subgradient descent, which needs about C N steps or more, of one hinge each.
        epochs, batch_size, seed : int
            Of ``"pegasos"``.

        Returns
        -------
        LinearSVM
            The model.

        Raises
        ------
        ArgumentError, ShapeError, DTypeError, DataError
            If an argument makes no sense; the message tells which and what would.
        """
        where = "LinearSVM.fit"
        x = samples(where, x, fitting=True)
        self._require_features(where, x)
        options: dict[str, Any] = {
            "C": C,
            "loss": loss,
            "bias_penalty": bias_penalty,
            "sample_weight": sample_weight,
            "solver": solver,
            "where": where,
        }
        if solver == "pegasos":
            options |= {"epochs": epochs, "batch_size": batch_size, "seed": seed}
        if self.classes == 2:
            found = [solve_linear(x, y, **options)]
        else:
            labels = class_numbers(where, y, x.shape[0], self.classes)
            there = [k for k in range(self.classes) if np.any(labels == k)]
            one_class = {k: np.where(labels == k, 1.0, -1.0) for k in there}
            planes = {k: solve_linear(x, one_class[k], **options) for k in there}
            found = [planes.get(k) or _never(x) for k in range(self.classes)]
        xp = namespace(x)
        self.linear.weight.data = xp.stack([plane.w for plane in found])
        bias = self.linear.bias
        if bias is not None:
            bias.data = xp.stack([plane.b for plane in found])
        return self

    @property
    def margin(self) -> float:
        """The width of the margin, 2 / ‖w‖, of two classes."""
        w = to_numpy(self.linear.weight).astype(np.float64)
        if self.classes > 2:
            raise ArgumentError(
                f"LinearSVM.margin: there must be two classes, got {self.classes}; look at the "
                "rows of linear.weight"
            )
        norm = float(np.linalg.norm(w))
        return 2.0 / norm if norm > 0 else math.inf

    def support(self, x: Any, y: Any, tol: float = 1e-4) -> Any:
        """Return the indices of the samples on the margin or on its wrong side, y f(x) <= 1.

        Only they hold the hyperplane: without the others it is the same.

        Parameters
        ----------
        x : (N, D) array
        y : (N,) array
            -1 and 1.
        tol : float
            How far above 1 still counts as on the margin.

        Returns
        -------
        (S,) int64 array
            Where `x` lives.
        """
        where = "LinearSVM.support"
        x = samples(where, x)
        self._require_features(where, x)
        if self.classes > 2:
            raise ArgumentError(
                f"{where}: there must be two classes, got {self.classes}; each class has support "
                "vectors of its own"
            )
        outputs = to_numpy(self.scores(x)) * signs(where, y, x.shape[0])
        found = np.flatnonzero(outputs <= 1.0 + tol)
        return asarray(found, device=device_of(x))

    def _require_features(self, where: str, x: Array) -> None:
        expected = self.linear.weight.shape[1]
        if x.shape[1] != expected:
            raise ShapeError(
                f"{where}: x must be (N, {expected}), got {tuple(x.shape)}; make the model with "
                f"LinearSVM({x.shape[1]})"
            )


def _never(x: Array) -> Hyperplane:
    """Return the output of a class without samples: -1 everywhere."""
    xp = namespace(x)
    w = xp.zeros((x.shape[1],), dtype=x.dtype, device=x.device)
    return Hyperplane(w, xp.sum(w) - 1.0, xp.zeros_like(x[:, 0]), 0, True)
