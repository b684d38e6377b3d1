"""Where a training writes its files, and whether it can, found out before it begins."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from ..errors import ArgumentError, ModelFileError

__all__ = ["beside", "require_usable"]

PICTURES = (".png", ".svg", ".pdf")


def beside(output: str) -> list[Path]:
    """Return the paths of the model, of its history and of its results.

    Examples
    --------
    >>> [path.name for path in beside("digits.safetensors")]
    ['digits.safetensors', 'digits.csv', 'digits.json']
    """
    model = Path(output)
    return [model, model.with_suffix(".csv"), model.with_suffix(".json")]


def require_usable(output: str, plot: str | None) -> None:
    """Find out before training what would make its result impossible to keep.

    Raises
    ------
    ModelFileError
        If a folder is missing or cannot be written to, or a name is that of a folder.
    ArgumentError
        If one file would replace another, the ending of the picture is unknown, or Matplotlib is
        missing.
    """
    _require_file("--output", output, "model.safetensors")
    if Path(output).suffix.lower() in (".csv", ".json"):
        raise ArgumentError(
            f"train: --output must not end in .csv or .json, got {output!r}; history and results "
            f"go there, write {str(Path(output).with_suffix('.safetensors'))!r}"
        )
    paths = beside(output)
    for path in paths[1:]:
        _require_file("--output", str(path), "another name for the model")
    if plot is None:
        return
    _require_file("--plot", plot, "curves.png")
    if Path(plot).suffix.lower() not in PICTURES:
        raise ArgumentError(
            f"train: --plot must end in {', '.join(PICTURES)}, got {plot!r}; write "
            f"{str(Path(plot).with_suffix('.png'))!r}"
        )
    if os.path.realpath(plot) in [os.path.realpath(path) for path in paths]:
        raise ArgumentError(
            f"train: --plot must be another file than --output, got {plot!r} for both; choose "
            "another name for one of them"
        )
    if importlib.util.find_spec("matplotlib") is None:
        raise ArgumentError(
            "train: for --plot Matplotlib must be installed, got none; pip install 'xpnet[plot]'"
        )


def _require_file(flag: str, path: str, example: str) -> None:
    """Raise if no file can be written there."""
    # a link is written through
    target = Path(os.path.realpath(path))
    if not path or target.is_dir():
        raise ModelFileError(
            f"train: {flag} must be a file name, got the folder {path!r}; write {example}"
        )
    if not target.parent.is_dir():
        raise ModelFileError(
            f"train: {flag} must be in an existing folder, got {path!r}; create the folder "
            f"{str(target.parent)!r} first"
        )
    if not os.access(target.parent, os.W_OK):
        raise ModelFileError(
            f"train: {flag} must be in a folder that can be written to, got {path!r}; choose "
            "another folder"
        )
