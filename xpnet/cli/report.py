"""What a training leaves behind: model, history, results, picture."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._version import __version__
from ..io import atomic_path, save
from ..nn import Module
from ..plot import learning_curves
from ..training import History
from .outputs import beside

__all__ = ["Run", "write"]


@dataclass(frozen=True)
class Run:
    """A training and its results."""

    options: dict[str, Any]
    model: Module
    history: History
    results: dict[str, dict[str, float]]
    seconds: float
    input_shape: tuple[int, ...]
    class_names: Sequence[str] | None
    divisor: int | None


def write(run: Run, output: str, plot: str | None) -> list[str]:
    """Write the files and return their names."""
    paths = beside(output)
    save(run.model, paths[0], _notes(run))
    with atomic_path(paths[1], "train") as temporary:
        run.history.to_csv(temporary)
    with atomic_path(paths[2], "train") as temporary:
        temporary.write_text(json.dumps(_record(run), indent=2) + "\n", encoding="utf-8")
    if plot is not None:
        paths.append(Path(plot))
        learning_curves(run.history).savefig(plot, dpi=150)
    return [str(path) for path in paths]


def _notes(run: Run) -> dict[str, Any]:
    """Return what is needed to use the model: shapes and names."""
    return {
        "input_shape": list(run.input_shape),
        "class_names": None if run.class_names is None else list(run.class_names),
        "data": run.options["data"],
        "classes": run.options["classes"],
        "divisor": run.divisor,
    }


def _record(run: Run) -> dict[str, Any]:
    options = {k: v for k, v in run.options.items() if k not in ("run", "parser", "config")}
    return {
        "options": options,
        "results": run.results,
        "epochs": len(run.history),
        "interrupted": run.history.interrupted,
        "seconds": round(run.seconds, 3),
        "xpnet": __version__,
        "python": platform.python_version(),
    }
