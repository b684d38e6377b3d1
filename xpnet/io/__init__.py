"""Model files.

==================  ==============================================================
``atomic.py``       files that are there whole or not at all
``registry.py``     the classes that a model file may name
``architecture.py`` a model's architecture as plain data, and back
``tied.py``         parameters that several modules share
``model_file.py``   ``save`` and ``load``: safetensors
==================  ==============================================================
"""

from __future__ import annotations

from .atomic import atomic_path
from .model_file import load, read_notes, save
from .registry import register_module

__all__ = ["atomic_path", "load", "read_notes", "register_module", "save"]
