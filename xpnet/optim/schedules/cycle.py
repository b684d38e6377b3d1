"""The 1-cycle policy: one rise and fall of the learning rate, and the opposite of the momentum."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...errors import ArgumentError
from ..optimizer import Optimizer
from . import curves
from .curves import Curve
from .scheduler import Scheduler

__all__ = ["OneCycleLR"]


class OneCycleLR(Scheduler):
    """One rise to `max_lr` and a long fall, stepped after every batch, see `curves.one_cycle`.

    Meanwhile the momentum (β₁ in the Adam family) falls to `base_momentum` and rises again. After
    `total_steps` the last values stay; PyTorch raises.

    Parameters
    ----------
    optimizer : Optimizer
    max_lr : float or list of float
        The highest learning rate, of all groups or of each.
    total_steps : int
        Length of the cycle, epochs times batches per epoch.
    pct_start : float
        Share of the steps with a rising learning rate.
    anneal_strategy : {"cos", "linear"}
        Shape of rise and fall.
    cycle_momentum : bool
        Whether the momentum moves too.
    base_momentum, max_momentum : float
        Lowest and highest momentum.
    div_factor : float
        The first learning rate is ``max_lr / div_factor``.
    final_div_factor : float
        The last one is smaller than the first by this factor.
    three_phase : bool
        Fall as steeply as rise, then the rest in a third phase.

    References
    ----------
    Smith, Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning
    Rates", arXiv:1708.07120, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> opt = optim.SGD([nn.Parameter(np.zeros(2))], lr=0.1, momentum=0.9)
    >>> scheduler = optim.OneCycleLR(opt, max_lr=1.0, total_steps=100)
    >>> scheduler.lr_at(29)
    [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
    ) -> None:

        def cycle(peak: float) -> Curve:
            shape = (div_factor, final_div_factor, three_phase)
            return curves.one_cycle(peak, total_steps, pct_start, anneal_strategy, *shape)

        self._momentum: Callable[[int], float] | None = None
        if cycle_momentum:
            if not {"momentum", "betas"} & set(getattr(optimizer, "defaults", ())):
                raise ArgumentError(
                    "OneCycleLR: optimizer must have a momentum or betas for cycle_momentum=True, "
                    f"got {type(optimizer).__name__}; pass cycle_momentum=False"
                )
            values = [max_momentum, base_momentum, max_momentum] + [max_momentum] * three_phase
            self._momentum = curves.phases(values, total_steps, pct_start, anneal_strategy)
        super().__init__(
            optimizer,
            cycle(max_lr) if isinstance(max_lr, int | float) else [cycle(lr) for lr in max_lr],
        )

    def apply(self) -> None:
        """Set the learning rates and the momenta of the current step."""
        super().apply()
        if self._momentum is None:
            return
        momentum = self._momentum(self.last_epoch)
        for group in self.optimizer.param_groups:
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum
