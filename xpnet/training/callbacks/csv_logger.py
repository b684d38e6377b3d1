"""Numbers of the epochs in a file that can be read while training goes on."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ...errors import ArgumentError
from .callback import Callback, Logs

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["CSVLogger"]


class CSVLogger(Callback):
    """Write a line of comma-separated values after each epoch.

    Parameters
    ----------
    path : path-like
        Replaced when training begins.
    append : bool
        Add to what an earlier training wrote. The columns must be the same.

    Raises
    ------
    ArgumentError
        When training begins, if the folder does not exist.

    Examples
    --------
    >>> logger = CSVLogger("history.csv")
    """

    def __init__(self, path: str | os.PathLike[str], append: bool = False) -> None:
        self.path = Path(path)
        self.append = append
        self._file: IO[str] | None = None
        self._writer: csv.DictWriter[Any] | None = None
        self._rows: list[Logs] = []
        self._begin = 0

    def on_train_begin(self, trainer: Trainer) -> None:
        """Open the file."""
        if not self.path.parent.is_dir():
            raise ArgumentError(
                f"CSVLogger: path must be in an existing folder, got {str(self.path)!r}; "
                f"create {str(self.path.parent)!r} first"
            )
        self._file = self.path.open("a" if self.append else "w", newline="", encoding="utf-8")
        self._writer = None
        self._rows, self._begin = [], self._file.tell()

    def on_epoch_end(self, trainer: Trainer, logs: Logs) -> None:
        """Write a line, and see that it reaches the file."""
        if self._file is None:
            return
        self._rows.append(dict(logs))
        self._write(logs)

    def _write(self, logs: Logs) -> None:
        if self._file is None:
            return
        if self._writer is None:
            self._writer = csv.DictWriter(self._file, list(logs), lineterminator="\n")
            if self._file.tell() == 0:
                self._writer.writeheader()
        self._writer.writerow(logs)
        self._file.flush()

    def on_train_end(self, trainer: Trainer) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = self._writer = None  # a callback with a writer could not be pickled

    def state_dict(self) -> dict[str, Any]:
        """Return the lines written so far, and where they begin."""
        return {"rows": [dict(row) for row in self._rows], "begin": self._begin}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Let the file be as it was, without what a run wrote that was broken off since."""
        if self._file is not None:
            self._begin = min(state["begin"], self._file.tell())
            self._file.truncate(self._begin)
            self._file.seek(self._begin)
        self._rows = [dict(row) for row in state["rows"]]
        for row in self._rows:
            self._write(row)
