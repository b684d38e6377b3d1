"""Stopping when nothing improves any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...backend import namespace
from ...errors import ArgumentError
from .callback import Callback, Logs
from .monitor import Monitor

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["EarlyStopping"]


class EarlyStopping(Callback):
    """End training after `patience` epochs without an improvement, and go back to the best one.

    Parameters
    ----------
    monitor : str, optional
        The column to watch. Default: ``"val_loss"``, or ``"loss"`` without validation data.
    patience : int
        How many epochs without improvement are borne.
    min_delta : float
        What counts as an improvement: more than this.
    mode : {"auto", "min", "max"}
        Whether small or large is good; "auto" knows it from the name.
    restore_best : bool
        Give the model the parameters of the best epoch when training ends.

    Attributes
    ----------
    best_epoch : int
        0 before the first epoch.
    best : float

    References
    ----------
    L. Prechelt, "Early stopping - but when?", in *Neural Networks: Tricks of the Trade*, 1998.

    Examples
    --------
    >>> EarlyStopping("val_accuracy", patience=5).best_epoch
    0
    """

    def __init__(
        self,
        monitor: str | None = None,
        patience: int = 5,
        min_delta: float = 0.0,
        mode: str = "auto",
        restore_best: bool = True,
    ) -> None:
        if not isinstance(patience, int) or patience < 1:
            raise ArgumentError(
                f"EarlyStopping: patience must be a positive integer, got {patience!r}; "
                "it counts epochs, 5 is usual"
            )
        self.patience = patience
        self.restore_best = restore_best
        self._arguments = ("EarlyStopping", monitor, mode, min_delta)
        self._reset()

    def _reset(self) -> None:
        self._monitor = Monitor(*self._arguments)
        self._state: dict[str, Any] | None = None
        self.best_epoch = 0
        self._waited = 0

    @property
    def best(self) -> float:
        """The best value so far; NaN before the first epoch."""
        return self._monitor.best

    def on_train_begin(self, trainer: Trainer) -> None:
        """Forget an earlier training."""
        self._reset()

    def on_epoch_end(self, trainer: Trainer, logs: Logs) -> None:
        """Keep a copy of the best parameters, or count the epochs since."""
        if self._monitor.improved(logs):
            self._waited = 0
            self.best_epoch = trainer.epoch
            if self.restore_best:
                self._state = _copy(trainer.model.state_dict())
            return
        self._waited += 1
        if self._waited >= self.patience:
            trainer.stop(f"no improvement since epoch {self.best_epoch}")

    def on_train_end(self, trainer: Trainer) -> None:
        """Go back to the best parameters."""
        if self._state is not None and trainer.epoch != self.best_epoch:
            trainer.model.load_state_dict(self._state)
        self._state = None

    def state_dict(self) -> dict[str, Any]:
        """Return the best so far, its parameters, and how long ago it was."""
        return {
            "best": self.best,
            "best_epoch": self.best_epoch,
            "waited": self._waited,
            "parameters": self._state,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned."""
        self._monitor.best = state["best"]
        self.best_epoch, self._waited = state["best_epoch"], state["waited"]
        self._state = state["parameters"]


def _copy(state: dict[str, Any]) -> dict[str, Any]:
    return {name: namespace(x).asarray(x, copy=True) for name, x in state.items()}
