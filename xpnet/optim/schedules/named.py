"""The schedules under their PyTorch names: each is a curve and the driver.

Their learning rates equal PyTorch's, step for step, except where a docstring says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...errors import ArgumentError
from ..optimizer import Optimizer
from . import curves
from .curves import Curve
from .scheduler import Scheduler

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "ExponentialLR",
    "LambdaLR",
    "LinearWarmup",
    "MultiStepLR",
    "StepLR",
]


class ConstantLR(Scheduler):
    """``lr = base_lr · factor`` for good, so that no schedule is a schedule too.

    PyTorch's class of this name goes back to `base_lr` after some steps: that is
    ``LinearWarmup`` or a ``LambdaLR`` here.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> opt = optim.SGD([nn.Parameter(np.zeros(2))], lr=0.5)
    >>> optim.ConstantLR(opt).lr_at(1000)
    [0.5]
    """

    def __init__(self, optimizer: Optimizer, factor: float = 1.0) -> None:
        super().__init__(optimizer, curves.constant(factor))


class LambdaLR(Scheduler):
    """``lr = base_lr · lr_lambda(step)``; with a list, one function per parameter group.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> opt = optim.SGD([nn.Parameter(np.zeros(2))], lr=0.5)
    >>> optim.LambdaLR(opt, lambda step: 1 / (1 + step)).lr_at(1)
    [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
    ) -> None:
        if callable(lr_lambda):
            super().__init__(optimizer, curves.scaled(lr_lambda))
        else:
            super().__init__(optimizer, [curves.scaled(factor) for factor in lr_lambda])


class StepLR(Scheduler):
    """A factor `gamma` every `step_size` steps, see `curves.step_decay`.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> opt = optim.SGD([nn.Parameter(np.zeros(2))], lr=0.5)
    >>> scheduler = optim.StepLR(opt, step_size=2, gamma=0.5)
    >>> scheduler.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        super().__init__(optimizer, curves.step_decay(step_size, gamma))


class MultiStepLR(Scheduler):
    """A factor `gamma` at each of the `milestones`, see `curves.multi_step`.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> opt = optim.SGD([nn.Parameter(np.zeros(2))], lr=0.5)
    >>> optim.MultiStepLR(opt, milestones=[30, 80], gamma=0.5).lr_at(30)
    [0.25]
    """

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        super().__init__(optimizer, curves.multi_step(milestones, gamma))


class ExponentialLR(Scheduler):
    """A factor `gamma` in every step, see `curves.exponential`.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> opt = optim.SGD([nn.Parameter(np.zeros(2))], lr=0.5)
    >>> optim.ExponentialLR(opt, gamma=0.5).lr_at(2)
    [0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        super().__init__(optimizer, curves.exponential(gamma))


class CosineAnnealingLR(Scheduler):
    """Half a cosine from the base learning rate to `eta_min`, see `curves.cosine_annealing`.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> opt = optim.SGD([nn.Parameter(np.zeros(2))], lr=0.5)
    >>> optim.CosineAnnealingLR(opt, T_max=100).lr_at(100)
    [0.0]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        super().__init__(optimizer, curves.cosine_annealing(T_max, eta_min))


class LinearWarmup(Scheduler):
    """A straight rise in `steps` steps, then another schedule, see `curves.linear_warmup`.

    PyTorch writes this ``SequentialLR(opt, [LinearLR(...), other], milestones=[steps])``.

    Parameters
    ----------
    optimizer : Optimizer
    steps : int
        Length of the warm-up.
    after : Scheduler, Curve or None
        What follows, counted from the end of the warm-up: a curve, or a scheduler of the same
        optimizer, which is then not stepped itself. None: the base learning rate.
    start_factor : float
        The first learning rate is ``start_factor · base_lr``.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> opt = optim.SGD([nn.Parameter(np.zeros(2))], lr=0.5)
    >>> after = optim.CosineAnnealingLR(opt, T_max=90)
    >>> scheduler = optim.LinearWarmup(opt, steps=10, after=after)
    >>> scheduler.lr_at(0), scheduler.lr_at(10), scheduler.lr_at(100)
    ([0.005], [0.5], [0.0])
    """

    def __init__(
        self,
        optimizer: Optimizer,
        steps: int,
        after: Scheduler | Curve | None = None,
        start_factor: float = 0.01,
    ) -> None:
        if isinstance(after, Scheduler):
            following: list[Curve] = after.curves
            super().__init__(
                optimizer, [curves.linear_warmup(steps, curve, start_factor) for curve in following]
            )
        elif after is None or callable(after):
            super().__init__(optimizer, curves.linear_warmup(steps, after, start_factor))
        else:
            raise ArgumentError(
                "LinearWarmup: after must be a function of the step or a scheduler with one, got "
                f"{type(after).__name__}; ReduceLROnPlateau is none, step it by itself"
            )
