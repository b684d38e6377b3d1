"""A schedule that watches a metric: the learning rate falls when the metric stops improving."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, SupportsFloat

from ...errors import ArgumentError, choose
from ..optimizer import Optimizer

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau:
    """Multiply the learning rate by `factor` after more than `patience` epochs without progress.

    Parameters
    ----------
    optimizer : Optimizer
    mode : {"min", "max"}
        Whether a smaller or a larger metric is better.
    factor : float
        In (0, 1).
    patience : int
        How many epochs without progress are borne.
    threshold : float
        Progress is what beats the best metric by more than this share of it, or, with
        ``threshold_mode="abs"``, by more than this amount.
    threshold_mode : {"rel", "abs"}
    cooldown : int
        Epochs after a reduction in which nothing counts as bad.
    min_lr : float or list of float
        Lower bound, of all groups or of each.
    eps : float
        A change of the learning rate by less than this is not made.

    Attributes
    ----------
    best : float
        The best metric so far.
    num_bad_epochs : int
        Epochs since then that count against the patience.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> opt = optim.SGD([nn.Parameter(np.zeros(2))], lr=0.5)
    >>> scheduler = optim.ReduceLROnPlateau(opt, factor=0.5, patience=1)
    >>> for loss in [1.0, 0.8, 0.8, 0.8]:
    ...     scheduler.step(loss)
    >>> scheduler.get_last_lr()
    [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if not 0 < factor < 1:
            raise ArgumentError(
                f"ReduceLROnPlateau: factor must be in (0, 1), got {factor}; 0.1 is usual"
            )
        groups = len(optimizer.param_groups)
        if isinstance(min_lr, int | float):
            self.min_lrs = [float(min_lr)] * groups
        else:
            self.min_lrs = [float(lr) for lr in min_lr]
        if len(self.min_lrs) != groups:
            raise ArgumentError(
                f"ReduceLROnPlateau: min_lr must have one value per parameter group, {groups}, "
                f"got {len(self.min_lrs)}; or give a single value for all groups"
            )
        self.optimizer = optimizer
        self.mode = choose("ReduceLROnPlateau", "mode", mode, ["min", "max"])
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = choose(
            "ReduceLROnPlateau", "threshold_mode", threshold_mode, ["rel", "abs"]
        )
        self.cooldown = cooldown
        self.eps = eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0
        self.last_epoch = 0

    def step(self, metric: SupportsFloat) -> None:
        """Judge the metric of one epoch.

        The metric is fetched from its device, so this belongs at the end of an epoch, not of a
        training step. NaN counts as no progress.
        """
        value = float(metric)
        self.last_epoch += 1
        if self._is_better(value):
            self.best = value
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def _is_better(self, value: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            bar = self.best * (1 + sign * self.threshold)
        else:
            bar = self.best + sign * self.threshold
        return sign * value > sign * bar

    def _reduce(self) -> None:
        for group, min_lr in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            lr = max(group["lr"] * self.factor, min_lr)
            if group["lr"] - lr > self.eps:
                group["lr"] = lr

    def get_last_lr(self) -> list[float]:
        """Return each group's current learning rate."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return what is needed to continue: numbers."""
        return {name: getattr(self, name) for name in _STATE}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue where `state_dict` was taken; the optimizer's state has the learning rates."""
        for name in _STATE:
            setattr(self, name, state_dict[name])


_STATE = ("best", "num_bad_epochs", "cooldown_counter", "last_epoch")
