"""Callback: what happens around the steps of training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["Callback", "Logs"]

Logs = dict[str, float]


class Callback:
    """Base class of all callbacks; override what you need.

    Every method is given the trainer, whose attributes tell the rest: ``model``, ``optimizer``,
    ``history``, ``epoch`` (the number of the current one, from 1), ``step`` (optimizer steps so
    far), and whose method ``stop(reason)`` ends training after the current epoch.

    Callbacks are called in the order in which they were given. The logs of an epoch go into the
    history after the last of them, so a callback can add a column.

    A callback that remembers something from step to step defines ``state_dict`` and
    ``load_state_dict``, so that a training that is resumed from a checkpoint goes on as if it had
    not been broken off. The latter is called after ``on_train_begin``.

    Examples
    --------
    >>> class Announce(Callback):
    ...     def on_epoch_end(self, trainer, logs):
    ...         print(f"epoch {trainer.epoch}: loss {logs['loss']:.3f}")
    """

    def on_train_begin(self, trainer: Trainer) -> None:
        """Run before the first epoch of a fit."""

    def on_epoch_begin(self, trainer: Trainer) -> None:
        """Run before each epoch."""

    def on_step_end(self, trainer: Trainer) -> None:
        """Run after each optimizer step. Fetch nothing from the device here: it would wait."""

    def on_log(self, trainer: Trainer, logs: Logs) -> None:
        """Run every ``log_every`` steps, with loss and metrics of the epoch so far."""

    def on_epoch_end(self, trainer: Trainer, logs: Logs) -> None:
        """Run after each epoch and its validation, with all numbers of the epoch."""

    def on_train_end(self, trainer: Trainer) -> None:
        """Run at the end of a fit, however it ends."""

    def state_dict(self) -> dict[str, Any]:
        """Return what is to be remembered: numbers, text, arrays, and lists and dicts of those."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned; its arrays are NumPy's."""
