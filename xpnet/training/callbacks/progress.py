"""The progress bar."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from .callback import Callback, Logs

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["ProgressBar"]

_COLUMNS_OF_THE_CLOCK = ("epoch", "seconds", "samples_per_second")


class ProgressBar(Callback):
    """One bar per epoch on standard error: loss, metrics, samples per second.

    It moves at logging points, when the numbers have been fetched anyway.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._start = 0.0

    def on_epoch_begin(self, trainer: Trainer) -> None:
        """Begin a bar."""
        from tqdm import tqdm

        self._close()
        self._start = time.perf_counter()
        self._bar = tqdm(
            total=trainer.samples_per_epoch,
            desc=f"epoch {trainer.epoch}/{trainer.last_epoch}",
            unit=" samples",
            unit_scale=True,
            file=sys.stderr,
            dynamic_ncols=True,
            # a log file needs no animation
            mininterval=0.1 if sys.stderr.isatty() else 30.0,
            bar_format="{desc} {percentage:3.0f}%|{bar:20}| {elapsed}<{remaining}{postfix}",
        )

    def on_log(self, trainer: Trainer, logs: Logs) -> None:
        """Move the bar."""
        seconds = max(time.perf_counter() - self._start, 1e-9)
        rate = trainer.samples / seconds
        self._bar.set_postfix_str(f"{_text(logs)}, {rate:,.0f} samples/s", refresh=False)
        self._bar.update(trainer.samples - self._bar.n)

    def on_epoch_end(self, trainer: Trainer, logs: Logs) -> None:
        """Show what is final, validation included, and leave it standing."""
        shown = {name: v for name, v in logs.items() if name not in _COLUMNS_OF_THE_CLOCK}
        rate = logs.get("samples_per_second", 0.0)
        self._bar.n = self._bar.total
        self._bar.set_postfix_str(f"{_text(shown)}, {rate:,.0f} samples/s", refresh=False)
        self._bar.refresh()
        self._close()

    def on_train_end(self, trainer: Trainer) -> None:
        """Close the bar of an epoch that was broken off."""
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _text(logs: Logs) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in logs.items())
