"""What a training leaves behind: model, history, results, picture."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._version import __version__
from ..data import ArrayDataset
from ..io import atomic_path, save
from ..nn import Module
from ..plot import learning_curves
from ..serving.ink import ink_of
from ..training import History
from . import problem
from .outputs import beside

__all__ = ["Run", "notes_of", "record_of", "write"]


@dataclass(frozen=True)
class Run:
    """A training and its results."""

    options: dict[str, Any]
    model: Module
    history: History
    results: dict[str, dict[str, float]]
    seconds: float
    notes: dict[str, Any]
    manifest: dict[str, Any]


def write(run: Run, output: str, plot: str | None) -> list[str]:
    """Write the files and return their names."""
    paths = beside(output)
    save(run.model, paths[0], run.notes, run.manifest)
    with atomic_path(paths[1], "train") as temporary:
        run.history.to_csv(temporary)
    with atomic_path(paths[2], "train") as temporary:
        temporary.write_text(json.dumps(_record(run), indent=2) + "\n", encoding="utf-8")
    if plot is not None:
        paths.append(Path(plot))
        learning_curves(run.history).savefig(plot, dpi=150)
    return [str(path) for path in paths]


def notes_of(
    options: dict[str, Any],
    train: ArrayDataset,
    divisor: int | None,
    feature_names: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return what is needed to use the model: shapes and names."""
    return {
        "input_shape": [int(n) for n in train.arrays[0].shape[1:]],
        "class_names": None if train.class_names is None else list(train.class_names),
        "feature_names": None if feature_names is None else list(feature_names),
        "output_kind": problem.OUTPUT_KINDS.get(options["model"], "logits"),
        "data": options["data"],
        "classes": options["classes"],
        "divisor": divisor,
        "ink": ink_of(train.arrays[0]),
    }


def _record(run: Run) -> dict[str, Any]:
    return {
        "options": record_of(run.options),
        "results": run.results,
        "epochs": len(run.history),
        "interrupted": run.history.interrupted,
        "seconds": round(run.seconds, 3),
        "xpnet": __version__,
        "python": platform.python_version(),
    }


def record_of(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that say how to train.

    Examples
    --------
    >>> record_of({"epochs": 3, "parser": None, "run": print})
    {'epochs': 3}
    """
    return {k: v for k, v in options.items() if k not in ("run", "parser", "config")}
