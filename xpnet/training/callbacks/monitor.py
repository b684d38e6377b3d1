"""Watching one number of the epochs, and knowing the best so far."""

from __future__ import annotations

import math

from ...errors import ArgumentError, choose
from ..metrics import lower_is_better
from .callback import Logs

__all__ = ["Monitor"]


class Monitor:
    """The best value of a column so far.

    Parameters
    ----------
    where : str
        Who asks, for errors.
    column : str or None
        As in ``"val_loss"``. None: ``"val_loss"`` if there is validation, else ``"loss"``.
    mode : {"auto", "min", "max"}
        Whether small or large is good; "auto" knows it from the name.
    min_delta : float
        What counts as better: by more than this.

    Examples
    --------
    >>> monitor = Monitor("example", "loss")
    >>> [monitor.improved({"loss": value}) for value in (3.0, 2.0, 2.5)]
    [True, True, False]
    """

    def __init__(
        self, where: str, column: str | None, mode: str = "auto", min_delta: float = 0.0
    ) -> None:
        if not min_delta >= 0:
            raise ArgumentError(
                f"{where}: min_delta must be >= 0, got {min_delta}; 0 counts every improvement"
            )
        self.where = where
        self.column = column
        self.mode = choose(where, "mode", mode, ("auto", "min", "max"))
        self.min_delta = min_delta
        self.best = math.nan

    def value(self, logs: Logs) -> float:
        """Return the watched number of an epoch."""
        if self.column is None:
            return logs.get("val_loss", logs["loss"])
        return logs[choose(self.where, "monitor", self.column, logs)]

    def improved(self, logs: Logs) -> bool:
        """Take in an epoch and tell whether it is the best so far; NaN never is."""
        value = self.value(logs)
        column = self.column or "val_loss"
        small = lower_is_better(column) if self.mode == "auto" else self.mode == "min"
        gain = self.best - value if small else value - self.best
        better = not math.isnan(value) and (math.isnan(self.best) or gain > self.min_delta)
        if better:
            self.best = value
        return better
