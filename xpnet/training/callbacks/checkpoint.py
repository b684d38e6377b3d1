"""Writing the model to a file while training goes on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import ArgumentError, ModelFileError
from ...io import save
from .callback import Callback, Logs
from .monitor import Monitor

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["Checkpoint"]


class Checkpoint(Callback):
    """Save the model after each epoch, or whenever it is the best so far.

    Parameters
    ----------
    path : path-like
        May contain names of columns, as in ``"{epoch:03d}-{val_loss:.3f}.safetensors"``, to keep
        several files. Otherwise the file is replaced; it is complete at any time.
    monitor : str, optional
        The column to watch. Default: ``"val_loss"``, or ``"loss"`` without validation data.
    best_only : bool
        Save only when the watched number is the best so far.
    mode : {"auto", "min", "max"}
        Whether small or large is good; "auto" knows it from the name.

    Raises
    ------
    ModelFileError
        When training begins, if the folder does not exist.

    Examples
    --------
    >>> import tempfile
    >>> import xpnet as xn
    >>> path = tempfile.mkdtemp() + "/best.safetensors"
    >>> model = xn.models.SoftmaxRegression(64, 10)
    >>> checkpoint = xn.training.Checkpoint(path, monitor="accuracy")
    >>> trainer = xn.Trainer(model, "adam", callbacks=[checkpoint])
    >>> history = trainer.fit(xn.data.load_digits()[0], progress=False)
    >>> type(xn.load(path)).__name__
    'SoftmaxRegression'
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        monitor: str | None = None,
        best_only: bool = True,
        mode: str = "auto",
    ) -> None:
        self.path = os.fspath(path)
        self.best_only = best_only
        self._arguments = ("Checkpoint", monitor, mode)
        self._monitor = Monitor(*self._arguments)

    def on_train_begin(self, trainer: Trainer) -> None:
        """Look whether the folder exists, before an epoch has been waited for."""
        self._monitor = Monitor(*self._arguments)
        folder = Path(self.path).parent
        if "{" not in str(folder) and not folder.is_dir():
            raise ModelFileError(
                f"Checkpoint: path must be in an existing folder, got {self.path!r}; "
                f"create {str(folder)!r} first"
            )

    def on_epoch_end(self, trainer: Trainer, logs: Logs) -> None:
        """Save the model."""
        if not self._monitor.improved(logs) and self.best_only:
            return
        try:
            path = self.path.format(**logs)
        except (KeyError, IndexError, ValueError) as error:
            raise ArgumentError(
                f"Checkpoint: path may hold the columns {', '.join(logs)} in braces, got "
                f"{self.path!r} ({type(error).__name__}: {error}); write it as "
                "'{epoch:03d}.safetensors'"
            ) from error
        save(trainer.model, path)

    def state_dict(self) -> dict[str, float]:
        """Return the best number so far."""
        return {"best": self._monitor.best}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Go on from what `state_dict` returned."""
        self._monitor.best = state["best"]
