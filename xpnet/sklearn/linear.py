"""What linear classifiers have in common: one layer, and a convex loss for most of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from .. import nn
from ..backend import namespace
from ..nn import init
from .classifier import Classifier
from .parameters import Rule, flag, number

__all__ = ["SMOOTH_RULES", "Linear", "Smooth"]


class Linear(Classifier):
    """One linear layer, from zero: for two classes it has one output, for K classes K."""

    fit_intercept: bool

    def _network(self, shape: tuple[int, ...], outputs: int) -> nn.Module:
        layer = nn.Linear(shape[0], outputs, bias=bool(self.fit_intercept))
        for parameter in layer.parameters():
            init.zeros_(parameter)
        return layer

    @property
    def coef_(self) -> Any:
        """The weights, (K, D), or (1, D) for two classes, where the model is."""
        if not hasattr(self, "module_"):
            raise AttributeError(f"{type(self).__name__} has no coef_ before fit")
        return self._layer.weight.data

    @property
    def intercept_(self) -> Any:
        """The biases, (K,), or (1,) for two classes; zeros without ``fit_intercept``."""
        weight = self.coef_
        if self._layer.bias is None:
            return namespace(weight).zeros_like(weight[:, 0])
        return self._layer.bias.data

    @property
    def _layer(self) -> nn.Linear:
        return cast(nn.Linear, self.module_)


class Smooth(Linear):
    """A convex loss without corners: L-BFGS on all samples at once."""

    C: float
    batch_size = "auto"
    callbacks: Sequence[Any] = ()
    early_stopping = False
    shuffle = False
    verbose = False

    @property
    def alpha(self) -> float:  # type: ignore[override]
        """The strength of the penalty: scikit-learn's C is its inverse."""
        return 1.0 / self.C  # of infinity: 0

    def _optimizer(self, groups: list[dict[str, Any]]) -> None:
        return None

    def _solver(self) -> str:
        return "lbfgs"


SMOOTH_RULES: dict[str, Rule] = {
    "C": number(0, open_low=True),
    "fit_intercept": flag(),
    "tol": number(0),
}
