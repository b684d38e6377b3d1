"""The driver of a schedule: it sets the learning rates of an optimizer step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import ArgumentError
from ..optimizer import Optimizer
from .curves import Curve

__all__ = ["Scheduler"]


class Scheduler:
    """Sets ``group["lr"]`` of every parameter group to ``curve(step, base_lr)``.

    The learning rate is a function of the step alone: two schedulers on one optimizer do not
    multiply, the last one to step wins. What counts as a step, a batch or an epoch, is the
    caller's choice.

    Parameters
    ----------
    optimizer : Optimizer
        Its learning rates become the base learning rates.
    curve : Curve or list of Curve
        One for all groups, or one per group.

    Attributes
    ----------
    last_epoch : int
        How often `step` was called (PyTorch's name).
    base_lrs : list of float
        The learning rates of the groups before any schedule.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> opt = optim.SGD([nn.Parameter(np.zeros(2))], lr=0.1)
    >>> scheduler = optim.Scheduler(opt, optim.schedules.cosine_annealing(T_max=10))
    >>> for _ in range(10):
    ...     scheduler.step()
    >>> opt.param_groups[0]["lr"]
    0.0
    """

    def __init__(self, optimizer: Optimizer, curve: Curve | Sequence[Curve]) -> None:
        name = type(self).__name__
        if not isinstance(optimizer, Optimizer):
            raise ArgumentError(
                f"{name}: optimizer must be an Optimizer, got {type(optimizer).__name__}; "
                "pass what optim.SGD(...) or optim.Adam(...) returned"
            )
        groups = optimizer.param_groups
        curves = [curve] * len(groups) if callable(curve) else list(curve)
        if len(curves) != len(groups):
            raise ArgumentError(
                f"{name}: there must be one value per parameter group, {len(groups)}, "
                f"got {len(curves)}; or give a single value for all groups"
            )
        self.optimizer = optimizer
        self.curves = curves
        for group in groups:
            # kept in the group, so that a later scheduler starts from the same learning rate
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs: list[float] = [group["initial_lr"] for group in groups]
        self.last_epoch = 0
        self.apply()

    def lr_at(self, step: int) -> list[float]:
        """Return each group's learning rate at `step`, changing nothing: for plots and tests."""
        return [
            curve(step, base_lr) for curve, base_lr in zip(self.curves, self.base_lrs, strict=True)
        ]

    def apply(self) -> None:
        """Set the learning rates of the current step."""
        rates = self.lr_at(self.last_epoch)
        for group, lr in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = lr

    def step(self) -> None:
        """Go one step further; call it after ``optimizer.step()``."""
        self.last_epoch += 1
        self.apply()

    def get_last_lr(self) -> list[float]:
        """Return each group's current learning rate."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return what is needed to continue: numbers, without the curve itself."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue where `state_dict` was taken, and set the learning rates."""
        if len(state_dict["base_lrs"]) != len(self.base_lrs):
            raise ArgumentError(
                f"{type(self).__name__}.load_state_dict: there must be {len(self.base_lrs)} "
                f"base_lrs, got {len(state_dict['base_lrs'])}; build the optimizer with the groups "
                "it was saved with"
            )
        self.last_epoch = int(state_dict["last_epoch"])
        self.base_lrs = [float(lr) for lr in state_dict["base_lrs"]]
        self.apply()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(step {self.last_epoch}, lr={self.get_last_lr()})"
