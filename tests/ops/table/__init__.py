"""Every op with inputs, options and its PyTorch counterpart; the tests run over these rows.

Inputs are made in float64 (and int64, bool); the tests convert them. A new op needs a row in one of
these files and nothing else: ``test_every_op.py`` and ``tests/kernels/test_registered.py`` do the
rest.
"""

from __future__ import annotations

from . import activations, attention, layers, losses, norms, recurrent, resampling, windows
from .row import Row, is_float

__all__ = ["ROWS", "Row", "is_float"]

ROWS = [
    row
    for part in (windows, norms, resampling, layers, attention, recurrent, activations, losses)
    for row in part.ROWS
]
