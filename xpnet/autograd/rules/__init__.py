"""The derivative of every differentiable function of the standard, one file per kind."""

from __future__ import annotations

from ..primitive import PRIMITIVES
from . import decompositions, elementwise, indexing, linalg, products, reductions, shapes

__all__ = [
    "PRIMITIVES",
    "decompositions",
    "elementwise",
    "indexing",
    "linalg",
    "products",
    "reductions",
    "shapes",
]
