"""A model whose outputs are brought into the form that losses take."""

from __future__ import annotations

from typing import Any

from .. import nn
from ..backend import namespace
from ..serving.chosen import answering

__all__ = ["AsLogits"]

SMALLEST = 1e-30
"""Probabilities below have this logarithm: that of 0 is infinite."""


class AsLogits(nn.Module):
    """A model of probabilities, or of their logarithms, as one of logits; others as they are.

    Parameters
    ----------
    model : Module
    kind : str
        What it gives, one of ``serving.kinds.KINDS``.

    Notes
    -----
    softmax(log p) = p, so that the cross-entropy of log p is the mean of -log p_y. Of a single
    probability the logit is log p - log(1 - p).

    Examples
    --------
    >>> import xpnet as xn
    >>> AsLogits(nn.Identity(), "probabilities").predict(xn.asarray([[0.5], [0.75]])).round(3)
    array([[0.   ],
           [1.099]], dtype=float32)
    """

    def __init__(self, model: nn.Module, kind: str) -> None:
        self.model = model
        self.kind = kind

    def forward(self, x: Any) -> Any:
        """Return logits: (N, ...) -> (N, K) or (N, 1)."""
        outputs = answering(self.model(x))
        if self.kind not in ("probabilities", "log_probabilities"):
            return outputs
        xp = namespace(outputs)
        one = len(outputs.shape) == 1 or outputs.shape[1] == 1
        if self.kind == "log_probabilities":
            if not one:
                return outputs
            outputs = xp.exp(outputs)
        logarithm = xp.log(xp.clip(outputs, min=SMALLEST))
        return logarithm - xp.log(xp.clip(1 - outputs, min=SMALLEST)) if one else logarithm
