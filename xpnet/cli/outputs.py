"""Where a training writes its files, and whether it can, found out before it begins."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import ArgumentError, ModelFileError

__all__ = ["beside", "require_usable"]

RECORD = frozenset({"options", "results", "epochs", "xpnet"})
"""Keys of the record of a training, by which one is known."""

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


def require_usable(output: str, plot: str | None, inputs: Sequence[str | None] = ()) -> None:
    """Find out before training what would make its result impossible to keep.

    Parameters
    ----------
    output, plot : str
        What will be written.
    inputs : sequence of str
        What will be read; None is nothing.

    Raises
    ------
    ModelFileError
        If a folder is missing or cannot be written to, or a name is that of a folder.
    ArgumentError
        If one file would replace another, or one that no training has written, the ending of the
        picture is unknown, or Matplotlib is missing.
    """
    _require_file("--output", output, "model.safetensors")
    if Path(output).suffix.lower() in (".csv", ".json"):
        raise ArgumentError(
            f"train: --output must not end in .csv or .json, got {output!r}; history and results "
            f"go there, write {str(Path(output).with_suffix('.safetensors'))!r}"
        )
    if Path(output).suffix.lower() == ".onnx":
        safe = str(Path(output).with_suffix(".safetensors"))
        raise ArgumentError(
            f"train: --output must not end in .onnx, got {output!r}; write {safe!r}, and make an "
            f"ONNX file of that with `xpnet export {safe} {output}`"
        )
    paths = beside(output)
    for path in paths[1:]:
        _require_file("--output", str(path), "another name for the model")
    _require_kept(paths if plot is None else [*paths, Path(plot)], inputs)
    _require_own(paths[1], _is_history(paths[1]), "the history of the training")
    _require_own(paths[2], _is_record(paths[2]), "options and results of the training")
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


def _require_kept(paths: Sequence[Path], inputs: Sequence[str | None]) -> None:
    """Raise if a file that is read would be written."""
    read = {os.path.realpath(path) for path in inputs if path is not None}
    for path in paths:
        if os.path.realpath(path) in read:
            raise ArgumentError(
                f"train: files to write must be others than those to read, got {str(path)!r} for "
                "both; choose another --output or --plot"
            )


def _require_own(path: Path, own: bool, what: str) -> None:
    """Raise if something else than what a training writes there would be lost."""
    if not own:
        raise ArgumentError(
            f"train: {what} goes to {str(path)!r}, which must be a file of an earlier training or "
            "none, got another; move it away, or choose another --output"
        )


def _is_history(path: Path) -> bool:
    """Return whether a training wrote the table, or nothing is lost with it."""
    if not path.exists() or not path.stat().st_size:
        return True
    with open(path, newline="", encoding="utf-8", errors="replace") as file:
        line = file.readline(2**16)
    header = next(csv.reader([line]), [])
    return not header or (header[0] == "epoch" and "loss" in header)


def _is_record(path: Path) -> bool:
    """Return whether a training wrote the results, or nothing is lost with them."""
    if not path.exists() or not path.stat().st_size:
        return True
    if path.stat().st_size > 2**20:
        return False
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.keys() >= RECORD


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
