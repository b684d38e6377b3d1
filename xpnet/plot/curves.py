"""Loss and metrics over the epochs, of one training or of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ArgumentError
from ..training import History
from .figures import COLOURS, axes_for, matplotlib

__all__ = ["learning_curves"]

# columns of a history that measure something else than the model
ASIDE = {"epoch", "lr", "seconds", "samples_per_second"}


def learning_curves(history: History | Mapping[str, History], axes: Any = None) -> Any:
    """Draw the loss and each metric over the epochs, for training and validation data.

    Parameters
    ----------
    history : History, or dict of str to History
        Of one training, or of several by name, to be compared: those have one colour each, with
        solid lines for validation and dashed ones for training.
    axes : Axes or sequence of Axes, optional
        One for each quantity, in the order of the columns. Default: a figure of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ArgumentError
        If Matplotlib is not installed, or nothing has been measured.

    Examples
    --------
    >>> import xpnet as xn
    >>> history = xn.History()
    >>> history.append({"epoch": 1, "loss": 0.9, "val_loss": 1.0, "accuracy": 0.7})
    >>> history.append({"epoch": 2, "loss": 0.5, "val_loss": 0.8, "accuracy": 0.8})
    >>> figure = xn.plot.learning_curves(history)
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['loss', 'accuracy']
    >>> figure = xn.plot.learning_curves({"first": history, "second": history})
    """
    named = history if isinstance(history, Mapping) else {"": history}
    runs: dict[str, History] = dict(named)
    strange = [type(run).__name__ for run in runs.values() if not isinstance(run, History)]
    if strange:
        raise ArgumentError(
            f"plot.learning_curves: history must be a History, or Histories by name, got "
            f"{strange[0]}; pass what Trainer.fit returned"
        )
    columns = dict.fromkeys(c.removeprefix("val_") for run in runs.values() for c in run.columns)
    quantities = [column for column in columns if column not in ASIDE]
    if not quantities:
        raise ArgumentError(
            "plot.learning_curves: there must be an epoch to draw, got none; fit first"
        )
    figure, found = axes_for("plot.learning_curves", axes, len(quantities), (4.6, 3.4), 3)
    for ax, quantity in zip(found, quantities, strict=True):
        for number, (name, run) in enumerate(runs.items()):
            _draw(ax, run, quantity, name, COLOURS[number % len(COLOURS)])
        ax.set(xlabel="epoch", ylabel=quantity.replace("_", " "))
        ax.xaxis.set_major_locator(
            matplotlib("plot.learning_curves", "ticker").MaxNLocator(integer=True, min_n_ticks=1)
        )
        ax.grid(alpha=0.3)
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False)
    return figure


def _draw(ax: Any, run: History, quantity: str, name: str, colour: str) -> None:
    """Draw training and validation of one quantity; a run without name has two colours."""
    prefix = f"{name}, " if name else ""
    # epochs are few at first, and many later: points would then hide the line
    marker = "." if len(run) <= 30 else ""
    epochs = run["epoch"] if "epoch" in run else list(range(1, len(run) + 1))
    parts = (
        (quantity, "training", "--", colour),
        (f"val_{quantity}", "validation", "-", COLOURS[1]),
    )
    for column, part, style, alone in parts:
        if column in run:
            line = {"linestyle": style, "color": colour} if name else {"color": alone}
            ax.plot(epochs, run[column], marker=marker, label=prefix + part, **line)
