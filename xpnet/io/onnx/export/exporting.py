"""``export``: what users call."""

from __future__ import annotations

import os
from typing import Any

from ....errors import ArgumentError

__all__ = ["export"]


def export(model: Any, example: Any, path: str | os.PathLike[str]) -> None:
    """Write a model as an ONNX file."""
    raise ArgumentError("export: ONNX cannot be written yet; use xn.save")
