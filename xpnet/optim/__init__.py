"""Optimizers, learning-rate schedules and gradient clipping.

An optimizer is a pure rule ``update(p, g, state, lr=..., ...) -> (p, state)`` on bare arrays, with
its formula in the file of its name. `Optimizer` adds parameter groups and state.

=====================  =========================================================================
optimizer.py           `Optimizer`: groups, ``step``, ``zero_grad``, ``state_dict``
groups.py, options.py  what is accepted as parameters and options, and the errors
sgd.py                 `SGD`, with momentum and Nesterov's momentum
adagrad.py             `Adagrad`
rmsprop.py             `RMSprop`
adam.py                `Adam`, with AMSGrad
adamw.py               `AdamW`, decoupled weight decay
lion.py                `Lion`
muon.py                `Muon`, for weight matrices
lbfgs.py               `LBFGS`, a quasi-Newton method for all data at once
two_loops.py, flat.py  the memory of `LBFGS`; all parameters as one vector
line_search.py         a step length that satisfies the strong Wolfe conditions
clip.py                `clip_grad_norm_`, `clip_grad_value_`
grad_scaler.py         `GradScaler`: the loss of float16, scaled
unscale.py             gradients without that scale, and whether they are finite
schedules/             `StepLR` ... `ReduceLROnPlateau`: the learning rate as a function of the step
=====================  =========================================================================
"""

from __future__ import annotations

from ..errors import choose
from . import schedules
from .adagrad import Adagrad
from .adam import Adam
from .adamw import AdamW
from .clip import clip_grad_norm_, clip_grad_value_
from .grad_scaler import GradScaler
from .lbfgs import LBFGS
from .lion import Lion
from .muon import Muon
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .schedules import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearWarmup,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    Scheduler,
    StepLR,
)
from .sgd import SGD

__all__ = [
    "Optimizer",
    "SGD",
    "Adagrad",
    "GradScaler",
    "LBFGS",
    "RMSprop",
    "Adam",
    "AdamW",
    "Lion",
    "Muon",
    "OPTIMIZERS",
    "by_name",
    "clip_grad_norm_",
    "clip_grad_value_",
    "schedules",
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
]

OPTIMIZERS: dict[str, type[Optimizer]] = {
    cls.__name__.lower(): cls for cls in (SGD, Adagrad, RMSprop, Adam, AdamW, Lion, Muon, LBFGS)
}
"""The optimizers by the names a command line uses."""


def by_name(name: str) -> type[Optimizer]:
    """Return the optimizer class of that name, in upper or lower case.

    Raises
    ------
    ArgumentError
        There is none; the message lists the names.

    Examples
    --------
    >>> by_name("adam").__name__
    'Adam'
    """
    return OPTIMIZERS[choose("optim.by_name", "name", str(name).lower(), OPTIMIZERS)]
