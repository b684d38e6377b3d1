"""The mathematics: one op per file, formula, forward and backward side by side."""

from __future__ import annotations

from .linear import linear
from .op import OPS, Op
from .relu import relu

__all__ = ["OPS", "Op", "linear", "relu"]
