"""The derivative of every differentiable function of the standard, one file per kind."""

from __future__ import annotations

from . import elementwise, indexing, linalg, products, reductions, shapes

__all__ = ["elementwise", "indexing", "linalg", "products", "reductions", "shapes"]
