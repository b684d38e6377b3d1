"""Losses, as models of predictions and targets."""

from __future__ import annotations

import inspect

import numpy as np

from xpnet import nn
from xpnet.nn.losses.loss import Loss

from .row import Row

__all__ = ["LOSSES"]


class LossRow(Row):
    """A row whose targets are what the loss asks for."""

    def inputs(self, n: int, seed: int = 0, dtype: str = "float32") -> tuple[np.ndarray, ...]:
        """Predictions (n, 4) and targets."""
        rng = np.random.default_rng(seed)
        scores, other = rng.standard_normal((2, n, 4)).astype(dtype)
        shares = rng.uniform(0.1, 0.9, (n, 4)).astype(dtype)
        yes, labels = (scores > other).astype(dtype), rng.integers(0, 4, n)
        return {
            "BCELoss": (shares, yes),
            "BCEWithLogitsLoss": (scores, yes),
            "CrossEntropyLoss": (scores, labels),
            "HingeLoss": (scores, 2 * yes - 1),
            "MultiMarginLoss": (scores, labels),
            "NLLLoss": (np.log(shares), labels),
            "PerceptronLoss": (scores, 2 * yes - 1),
            "PoissonNLLLoss": (scores, yes),
        }.get(self.name.partition(",")[0], (scores, other))


KINDS = [getattr(nn, name) for name in nn.__all__]
LOSSES = [
    LossRow(f"{kind.__name__}, {reduction}", lambda k=kind, r=reduction: k(reduction=r), ())
    for kind in KINDS
    if inspect.isclass(kind) and issubclass(kind, Loss)
    for reduction in ("mean", "none")
]
