"""Losses as modules, which hold their options; see ``nn.functional`` for what each computes."""

from __future__ import annotations

from .classification import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HingeLoss,
    MultiMarginLoss,
    NLLLoss,
    PerceptronLoss,
)
from .regression import (
    HuberLoss,
    L1Loss,
    MSELoss,
    PoissonNLLLoss,
    QuadraticCost,
    QuantileLoss,
)

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "HingeLoss",
    "HuberLoss",
    "L1Loss",
    "MSELoss",
    "MultiMarginLoss",
    "NLLLoss",
    "PerceptronLoss",
    "PoissonNLLLoss",
    "QuadraticCost",
    "QuantileLoss",
]
