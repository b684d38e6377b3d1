"""Learning-rate schedules.

=============  =====================================================================
curves.py      the schedules as functions ``lr(step, base_lr=1.0)``, with formulas
scheduler.py   `Scheduler`, which sets an optimizer's learning rates from a curve
named.py       `StepLR`, `CosineAnnealingLR`, ...: curve and driver under PyTorch's names
cycle.py       `OneCycleLR`, which moves the momentum too
plateau.py     `ReduceLROnPlateau`, which watches a metric instead of the step
=============  =====================================================================
"""

from __future__ import annotations

from .curves import (
    Curve,
    constant,
    cosine_annealing,
    exponential,
    linear_warmup,
    multi_step,
    one_cycle,
    scaled,
    step_decay,
)
from .cycle import OneCycleLR
from .named import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearWarmup,
    MultiStepLR,
    StepLR,
)
from .plateau import ReduceLROnPlateau
from .scheduler import Scheduler

__all__ = [
    "Curve",
    "Scheduler",
    "ConstantLR",
    "LambdaLR",
    "StepLR",
    "MultiStepLR",
    "ExponentialLR",
    "CosineAnnealingLR",
    "LinearWarmup",
    "OneCycleLR",
    "ReduceLROnPlateau",
    "constant",
    "cosine_annealing",
    "exponential",
    "linear_warmup",
    "multi_step",
    "one_cycle",
    "scaled",
    "step_decay",
]
