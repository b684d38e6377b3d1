"""Numbers of the epochs for TensorBoard."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from ...errors import ArgumentError
from .callback import Callback, Logs

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["TensorBoard"]


class TensorBoard(Callback):
    """Write event files that ``tensorboard --logdir FOLDER`` shows.

    ``epoch/...`` are the numbers of the epochs; ``step/...`` loss and metrics of the epoch so far,
    every ``log_every`` steps.

    Parameters
    ----------
    folder : path-like

    Raises
    ------
    ArgumentError
        If tensorboardX is not installed.
    """

    def __init__(self, folder: str | os.PathLike[str] = "runs") -> None:
        try:
            importlib.import_module("tensorboardX")
        except ImportError as error:
            raise ArgumentError(
                "TensorBoard: tensorboardX must be installed, got none; "
                "pip install 'xpnet[tensorboard]', or use CSVLogger"
            ) from error
        self.folder = os.fspath(folder)
        self._writer: Any = None

    def on_train_begin(self, trainer: Trainer) -> None:
        """Open an event file."""
        # the library is no attribute, because callbacks of estimators are copied and pickled
        self._writer = importlib.import_module("tensorboardX").SummaryWriter(self.folder)

    def on_log(self, trainer: Trainer, logs: Logs) -> None:
        """Write the running values."""
        for name, value in logs.items():
            self._writer.add_scalar(f"step/{name}", value, trainer.step)

    def on_epoch_end(self, trainer: Trainer, logs: Logs) -> None:
        """Write the values of the epoch."""
        for name, value in logs.items():
            if name != "epoch":
                self._writer.add_scalar(f"epoch/{name}", value, trainer.epoch)
        self._writer.flush()

    def on_train_end(self, trainer: Trainer) -> None:
        """Close the event file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
