"""What is exported and run in onnxruntime: every layer and every model of xpnet."""

from __future__ import annotations

from .layers import LAYERS
from .losses import LOSSES
from .models import MODELS
from .row import Row
from .sequences import SEQUENCES

__all__ = ["LAYERS", "LOSSES", "MODELS", "ROWS", "SEQUENCES", "Row"]

ROWS = [*LAYERS, *SEQUENCES, *MODELS, *LOSSES]
