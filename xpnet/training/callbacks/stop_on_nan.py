"""Breaking off when the loss is no number any more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import AnomalyError
from .callback import Callback, Logs

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["StopOnNaN"]


class StopOnNaN(Callback):
    """Raise an AnomalyError when the loss is NaN or infinite.

    The loss is looked at where it is fetched anyway: every ``log_every`` steps and at the end of
    each epoch. To find the operation, train once more inside :func:`xpnet.detect_anomaly`.

    Raises
    ------
    AnomalyError
        Names the epoch and the steps between which it happened.

    Examples
    --------
    >>> callback = StopOnNaN()
    """

    def __init__(self) -> None:
        self._good_until = 0

    def on_train_begin(self, trainer: Trainer) -> None:
        """Begin at the current step."""
        self._good_until = trainer.step

    def on_log(self, trainer: Trainer, logs: Logs) -> None:
        """Look at the loss."""
        if not math.isfinite(logs["loss"]):
            raise AnomalyError(
                f"StopOnNaN: the loss must be a finite number, got {logs['loss']} in epoch "
                f"{trainer.epoch} between steps {self._good_until} and {trainer.step}; try a "
                "smaller learning rate or clip_norm=1.0"
            )
        self._good_until = trainer.step

    def state_dict(self) -> dict[str, int]:
        """Return the step of the last look."""
        return {"good_until": self._good_until}

    def load_state_dict(self, state: Mapping[str, int]) -> None:
        """Go on from what `state_dict` returned."""
        self._good_until = state["good_until"]
