"""A model as an ONNX file, which other frameworks and small run-times read."""

from __future__ import annotations

from .exporter import export

__all__ = ["export"]
