"""Models in several files, with an index that says which array is in which.

::

    model.safetensors.index.json    {"metadata": {...}, "weight_map": {name: file, ...}}
    model-00001-of-00002.safetensors
    model-00002-of-00002.safetensors

as transformers and others write large models. The files lie in the folder of the index.
"""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from ..errors import ModelFileError
from .tensor_file import MAX_HEADER, Contents, read_file

__all__ = ["INDEX", "read_shards"]

INDEX = ".index.json"
"""What the name of an index ends with."""


def read_shards(path: str | os.PathLike[str]) -> Contents:
    """Return the arrays of all files that an index names.

    Raises
    ------
    ModelFileError
        If the index cannot be read, names a file outside its folder, or the files do not have the
        arrays that it tells of, each once.
    """
    shown = os.fspath(path)
    where = f"load: {shown!r}"
    places = _places(shown, where)
    folder = os.path.dirname(shown)
    arrays: dict[str, np.ndarray] = {}
    bfloat16: frozenset[str] = frozenset()
    for file in sorted(set(places.values())):
        contents = read_file(os.path.join(folder, file))
        wanted = {name for name, place in places.items() if place == file}
        if contents.arrays.keys() != wanted:
            odd = sorted(contents.arrays.keys() ^ wanted)
            raise ModelFileError(
                f"{where} must name the arrays of each file, got other ones than {file!r} has, "
                f"such as {odd[0]!r}; copy all files of the model again"
            )
        arrays.update(contents.arrays)
        bfloat16 |= contents.bfloat16
    return Contents({}, arrays, bfloat16)


def _places(path: str, where: str) -> dict[str, str]:
    """Return the file of each array, having seen that it is a name and no path."""
    try:
        with open(path, "rb") as file:
            text = file.read(4 * MAX_HEADER + 1)
        if len(text) > 4 * MAX_HEADER:
            raise ValueError(f"more than {4 * MAX_HEADER:,} bytes")
        index: Any = json.loads(text)
        places: Any = index["weight_map"]
        if not isinstance(places, dict) or not places:
            raise ValueError("a 'weight_map' that is no object with names")
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelFileError(
            f"{where} must be the index of a model in several files, JSON with a 'weight_map', "
            f"got {type(error).__name__}: {error}; copy it again"
        ) from error
    for file in places.values():
        if not isinstance(file, str) or not file.endswith(".safetensors") or _is_path(file):
            raise ModelFileError(
                f"{where} must name safetensors files in its own folder, got {str(file)[:60]!r}; "
                "take the index that came with the files"
            )
    return places


def _is_path(file: str) -> bool:
    return any(mark in file for mark in ("/", "\\", ":", "\0"))
