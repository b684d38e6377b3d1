"""A model and its notes, from a file of xpnet or of ONNX."""

from __future__ import annotations

import json
import os
from typing import Any

from ..io import load, read_notes
from ..nn import Module

__all__ = ["NOTES", "is_onnx", "opened"]

NOTES = "xpnet_notes"
"""The key of the notes, JSON, among the metadata of an ONNX file that ``xpnet export`` wrote."""


def is_onnx(path: str | os.PathLike[str]) -> bool:
    """Return whether a file is of ONNX, by its name.

    Examples
    --------
    >>> is_onnx("model.onnx"), is_onnx("model.safetensors")
    (True, False)
    """
    return os.fspath(path).lower().endswith(".onnx")


def opened(path: str | os.PathLike[str], device: Any = None) -> tuple[Module, dict[str, Any]]:
    """Return the model in a file and its notes.

    Raises
    ------
    ModelFileError
        If there is no such file, or it is none.
    ArgumentError
        If it is of ONNX, and the package onnx is missing.
    """
    if not is_onnx(path):
        notes = read_notes(path)
        return load(path, device=device), notes
    from ..io.onnx import import_onnx

    return import_onnx(path, device), _notes_in(path)


def _notes_in(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the notes in an ONNX file that could be read, empty if there are none."""
    import onnx

    # weights beside the file are not needed for notes
    proto = onnx.load_model(os.fspath(path), format="protobuf", load_external_data=False)
    said = next((p.value for p in proto.metadata_props if p.key == NOTES), "{}")
    try:
        notes = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return notes if isinstance(notes, dict) else {}
