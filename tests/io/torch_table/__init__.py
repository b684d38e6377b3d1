"""What PyTorch and xpnet both have, written once for both: a row per module, `ROWS` by name.

``row.make(nn)`` builds it with ``xpnet.nn`` or ``torch.nn``; ``row.inputs()`` are NumPy arrays.
"""

from __future__ import annotations

from . import layers, networks
from .row import Row

__all__ = ["ROWS", "Row"]

ROWS: dict[str, Row] = {row.name: row for row in [*layers.ROWS, *networks.ROWS]}
