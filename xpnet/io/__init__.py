"""Model files.

==================  ==============================================================
``atomic.py``       files that are there whole or not at all
``registry.py``     the classes that a model file may name
``architecture.py`` a model's architecture as plain data, and back
``tied.py``         parameters that several modules share
``tensor_file.py``  arrays and text in one file: the layout of safetensors, with a checksum
``foreign.py``      files of other programs: told by their first bytes, refused with the remedy
``names.py``        names in a file that a model has not: ``load(rename=...)``
``shards.py``       models in several files with an index
``model_file.py``   ``save`` and ``load``
``rebuild.py``      the model that is in a file, built again without trusting it
``manifest.py``     what a model came from: versions, machine, seed, options, commit, data
``onnx/``           files that other frameworks and run-times read: ``export`` and ``import_onnx``
==================  ==============================================================
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .atomic import atomic_path
from .manifest import data_checksum, git_state, manifest
from .model_file import load, read_manifest, read_notes, save
from .registry import register_module

if TYPE_CHECKING:
    from . import onnx

__all__ = [
    "atomic_path",
    "data_checksum",
    "git_state",
    "load",
    "manifest",
    "onnx",
    "read_manifest",
    "read_notes",
    "register_module",
    "save",
]


def __getattr__(name: str) -> Any:
    """Import what is not in everyone's way when it is first asked for."""
    if name == "onnx":
        return importlib.import_module(f"{__name__}.onnx")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
