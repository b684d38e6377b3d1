"""Every operator that can be imported, as rows: inputs, attributes, version."""

from __future__ import annotations

from . import arrays, elementwise, images, sequences, tabular
from .row import Row, floats, ints, scalar

ROWS = [*elementwise.ROWS, *arrays.ROWS, *images.ROWS, *sequences.ROWS, *tabular.ROWS]

__all__ = ["ROWS", "Row", "floats", "ints", "scalar"]
