"""What the functions of the array API standard are in ONNX.

==================  ==============================================================
``operands.py``     data types brought together, as the standard promotes them
``elementwise.py``  functions of each element, and of pairs
``reductions.py``   sums, maxima, places of them, sorting
``shapes.py``       the same elements in another shape or order
``creation.py``     new arrays
``indexing.py``     picking elements, and writing to them
``products.py``     matrix products and norms
``beyond.py``       what xpnet uses besides the standard: padding, erf, scattered sums
==================  ==============================================================
"""

from __future__ import annotations

from . import beyond, creation, elementwise, indexing, products, reductions, shapes

__all__ = ["beyond", "creation", "elementwise", "indexing", "products", "reductions", "shapes"]
