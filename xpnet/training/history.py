"""History: what training has measured, epoch by epoch."""

from __future__ import annotations

import csv
import importlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import ArgumentError, choose
from .metrics import lower_is_better

__all__ = ["History"]


class History:
    """One row per epoch, one column per quantity.

    Attributes
    ----------
    rows : list of dict
        ``{"epoch": 1, "loss": ..., "accuracy": ..., "val_loss": ..., ...}``
    interrupted : bool
        Whether training was broken off with Ctrl-C.

    Examples
    --------
    >>> history = History()
    >>> history.append({"epoch": 1, "loss": 0.9, "val_accuracy": 0.7})
    >>> history.append({"epoch": 2, "loss": 0.5, "val_accuracy": 0.8})
    >>> history["loss"]
    [0.9, 0.5]
    >>> history.best("val_accuracy")["epoch"]
    2
    >>> print(history)
    epoch    loss  val_accuracy
        1  0.9000        0.7000
        2  0.5000        0.8000
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []
        self.interrupted = False

    def append(self, row: Mapping[str, float]) -> None:
        """Add the numbers of an epoch."""
        self.rows.append(dict(row))

    @property
    def columns(self) -> list[str]:
        """The names of all columns, in the order in which they came up."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def __getitem__(self, column: str) -> list[float]:
        """Return a column, with NaN where an epoch has no such number."""
        choose("History", "column", column, self.columns)
        return [row.get(column, float("nan")) for row in self.rows]

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, float]]:
        return iter(self.rows)

    def to_dict(self) -> dict[str, list[float]]:
        """Return all columns by name."""
        return {column: self[column] for column in self.columns}

    def best(self, column: str = "val_loss", mode: str = "auto") -> dict[str, float]:
        """Return the row of the epoch in which a column is best.

        Parameters
        ----------
        column : str
        mode : {"auto", "min", "max"}
            Whether small or large is good; "auto" knows it from the name: small for losses and
            errors, else large.

        Raises
        ------
        ArgumentError
            If there is no such column or no number in it.
        """
        choose("History.best", "mode", mode, ("auto", "min", "max"))
        small = lower_is_better(column) if mode == "auto" else mode == "min"
        numbers = [(v, i) for i, v in enumerate(self[column]) if v == v]
        if not numbers:
            raise ArgumentError(
                f"History.best: column {column!r} must hold a number, got NaN alone; "
                "training has diverged: try a smaller learning rate"
            )
        sign = 1 if small else -1
        return self.rows[min(numbers, key=lambda entry: sign * entry[0])[1]]

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table to a file of comma-separated values."""
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)

    def plot(self, path: str | os.PathLike[str] | None = None) -> Any:
        """Draw the loss and each metric over the epochs, training and validation together.

        Parameters
        ----------
        path : path-like, optional
            Also save the picture there; the ending (``.png``, ``.svg``, ``.pdf``) decides how.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ArgumentError
            If Matplotlib is not installed or cannot draw such a file, or nothing has been measured.
        """
        try:
            figures = importlib.import_module("matplotlib.figure")
        except ImportError as error:
            raise ArgumentError(
                "History.plot: Matplotlib must be installed, got none; "
                "pip install 'xpnet[plot]', or write the numbers with to_csv"
            ) from error
        panels = [c for c in self.columns if f"val_{c}" in self or c == "loss"]
        panels = panels or [c for c in self.columns if c != "epoch"]
        if not panels:
            raise ArgumentError("History.plot: there must be an epoch to draw, got none; fit first")
        figure = figures.Figure(figsize=(5 * len(panels), 3.6), layout="constrained")
        if path is not None:
            # Matplotlib adds an ending to a name without one, and the file is not where it was said
            known = figure.canvas.get_supported_filetypes()
            if os.path.splitext(path)[1].lower().removeprefix(".") not in known:
                raise ArgumentError(
                    f"History.plot: path must end in one of {', '.join(sorted(known))}, got "
                    f"{os.fspath(path)!r}; write 'curves.png'"
                )
        for number, column in enumerate(panels, start=1):
            axes = figure.add_subplot(1, len(panels), number)
            for name, label in ((column, "training"), (f"val_{column}", "validation")):
                if name in self:
                    axes.plot(self["epoch"], self[name], marker=".", label=label)
            axes.set(xlabel="epoch", ylabel=column.replace("_", " "))
            axes.grid(alpha=0.3)
            axes.legend()
        if path is not None:
            figure.savefig(path, dpi=150)
        return figure

    def __str__(self) -> str:
        if not self.rows:
            return "History(no epochs)"
        columns = self.columns
        cells = [[_shown(row.get(column)) for column in columns] for row in self.rows]
        widths = [
            max(len(column), *(len(line[i]) for line in cells)) for i, column in enumerate(columns)
        ]
        lines = [columns, *cells]
        return "\n".join(
            "  ".join(f"{text:>{width}}" for text, width in zip(line, widths, strict=True))
            for line in lines
        )

    def __repr__(self) -> str:
        ending = ", interrupted" if self.interrupted else ""
        return f"History({len(self)} epochs: {', '.join(self.columns)}{ending})"


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 or value == 0 else f"{value:.3g}"
