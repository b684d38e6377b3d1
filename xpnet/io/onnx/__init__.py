"""ONNX, the format in which models travel between frameworks.

==================  ==============================================================
``exporting/``      ``export``: a model of xpnet as an ONNX file
``importing/``      ``import_onnx``: an ONNX file of any framework as a model of xpnet
``free_names.py``   names that both give to what is computed
==================  ==============================================================

Nothing here imports the package onnx before it is used.
"""

from __future__ import annotations

from .exporting import export
from .importing import OnnxModel, import_onnx

__all__ = ["OnnxModel", "export", "import_onnx"]
