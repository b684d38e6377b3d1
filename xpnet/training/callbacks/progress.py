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
    """Show loss, metrics and samples per second on standard error.

    There is one line per epoch. On a terminal a bar stands there before, which moves at logging
    points, when the numbers have been fetched anyway.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._start = 0.0

    def on_epoch_begin(self, trainer: Trainer) -> None:
        """Begin a bar."""
        self._close()
        self._start = time.perf_counter()
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                total=trainer.samples_per_epoch,
                desc=_title(trainer),
                file=sys.stderr,
                dynamic_ncols=True,
                bar_format="{desc} {percentage:3.0f}%|{bar:10}| {elapsed}<{remaining}{postfix}",
            )

    def on_log(self, trainer: Trainer, logs: Logs) -> None:
        """Move the bar."""
        if self._bar is not None:
            rate = trainer.samples / max(time.perf_counter() - self._start, 1e-9)
            self._bar.set_postfix_str(_text({**logs, "samples_per_second": rate}), refresh=False)
            self._bar.update(trainer.samples - self._bar.n)

    def on_epoch_end(self, trainer: Trainer, logs: Logs) -> None:
        """Show what is final, validation included: in a bar, what is too wide would be cut off."""
        self._close()
        print(f"{_title(trainer)}: {_text(logs)}", file=sys.stderr, flush=True)

    def on_train_end(self, trainer: Trainer) -> None:
        """Leave the bar of an epoch that was broken off standing."""
        self._close(leave=True)

    def _close(self, leave: bool = False) -> None:
        if self._bar is not None:
            self._bar.leave = leave
            self._bar.close()
            self._bar = None


def _title(trainer: Trainer) -> str:
    return f"epoch {trainer.epoch}/{trainer.last_epoch}"


def _text(logs: Logs) -> str:
    numbers = {name: value for name, value in logs.items() if name not in _COLUMNS_OF_THE_CLOCK}
    rate = logs.get("samples_per_second", 0.0)
    return ", ".join([*(f"{k} {v:.4g}" for k, v in numbers.items()), f"{rate:,.0f} samples/s"])
