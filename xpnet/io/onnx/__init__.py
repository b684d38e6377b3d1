"""ONNX, the format in which models travel between frameworks.

==================  ==============================================================
``export/``         ``export``: a model of xpnet as an ONNX file
==================  ==============================================================

Nothing here imports the package onnx before it is used.
"""

from __future__ import annotations

from .export import export

__all__ = ["export"]
