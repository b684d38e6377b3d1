"""The learning rate: noting it, and changing it by a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import choose
from ...optim import ReduceLROnPlateau
from .callback import Callback, Logs
from .monitor import Monitor

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["LearningRateLogger", "StepSchedule"]


class LearningRateLogger(Callback):
    """Add a column ``lr`` to the history: the learning rate at the end of the epoch.

    With several parameter groups, ``lr_0``, ``lr_1`` and so on.

    Examples
    --------
    >>> logger = LearningRateLogger()
    """

    def on_epoch_end(self, trainer: Trainer, logs: Logs) -> None:
        """Note the learning rates."""
        rates = [group["lr"] for group in trainer.optimizer.param_groups]
        names = ["lr"] if len(rates) == 1 else [f"lr_{i}" for i in range(len(rates))]
        logs.update(zip(names, rates, strict=True))


class StepSchedule(Callback):
    """Step a learning-rate schedule; the trainer makes one of its argument ``schedule``.

    Parameters
    ----------
    schedule : object with ``step()``
        A schedule of :mod:`xpnet.optim`. ``ReduceLROnPlateau`` is stepped once per epoch, with
        the number that it watches.
    every : {"epoch", "step"}
        What the schedule counts. ``StepLR`` and the like usually count epochs, ``OneCycleLR`` and
        warm-ups optimizer steps.
    monitor : str, optional
        What ``ReduceLROnPlateau`` watches. Default: ``"val_loss"``, or ``"loss"`` without
        validation data.
    """

    def __init__(self, schedule: Any, every: str = "epoch", monitor: str | None = None) -> None:
        self.schedule = schedule
        self.every = choose("StepSchedule", "every", every, ("epoch", "step"))
        self._monitor = Monitor("StepSchedule", monitor)

    @property
    def _watches(self) -> bool:
        return isinstance(self.schedule, ReduceLROnPlateau)

    def on_step_end(self, trainer: Trainer) -> None:
        """Step a schedule that counts optimizer steps."""
        if self.every == "step" and not self._watches:
            self.schedule.step()

    def on_epoch_end(self, trainer: Trainer, logs: Logs) -> None:
        """Step a schedule that counts epochs."""
        if self._watches:
            self.schedule.step(self._monitor.value(logs))
        elif self.every == "epoch":
            self.schedule.step()

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the schedule."""
        state: dict[str, Any] = self.schedule.state_dict()
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned."""
        self.schedule.load_state_dict(state)
