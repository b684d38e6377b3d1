"""Loss functions: how wrong the outputs are, and BP1, the error from which back-propagation starts.

``reduction.py`` and ``labels.py`` hold what they share.
"""

from __future__ import annotations

from .binary_cross_entropy import binary_cross_entropy
from .binary_cross_entropy_with_logits import binary_cross_entropy_with_logits
from .cross_entropy import cross_entropy
from .hinge_loss import hinge_loss
from .huber_loss import huber_loss
from .l1_loss import l1_loss
from .mse_loss import mse_loss
from .multi_margin_loss import multi_margin_loss
from .nll_loss import nll_loss
from .perceptron_loss import perceptron_loss
from .poisson_nll_loss import poisson_nll_loss
from .quadratic_cost import quadratic_cost
from .quantile_loss import quantile_loss

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "hinge_loss",
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "multi_margin_loss",
    "nll_loss",
    "perceptron_loss",
    "poisson_nll_loss",
    "quadratic_cost",
    "quantile_loss",
]
