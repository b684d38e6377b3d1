"""Model files.

==================  ==============================================================
``atomic.py``       files that are there whole or not at all
``registry.py``     the classes that a model file may name
``architecture.py`` a model's architecture as plain data, and back
``tied.py``         parameters that several modules share
``model_file.py``   ``save`` and ``load``: safetensors
``checkpoint.py``   Checkpoint: a callback that saves the model as training goes on
==================  ==============================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .atomic import atomic_path
from .model_file import load, read_notes, save
from .registry import register_module

if TYPE_CHECKING:
    from .checkpoint import Checkpoint

__all__ = ["Checkpoint", "atomic_path", "load", "read_notes", "register_module", "save"]


def __getattr__(name: str) -> Any:
    """Import Checkpoint when it is asked for: to load a model, nobody needs the trainer."""
    if name == "Checkpoint":
        from .checkpoint import Checkpoint

        return Checkpoint
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
