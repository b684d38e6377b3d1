"""What each operator of ONNX computes, by topic.

======================  ==========================================================
``table.py``            the table, which reads inputs and attributes off signatures
``arithmetic.py``       arithmetic, comparison, logic, casts
``activations.py``      activation functions, softmax, dropout
``products.py``         MatMul, Gemm, Einsum
``convolution.py``      convolution
``pooling.py``          pooling
``normalization.py``    batch, layer, group, instance ... normalisation
``recurrent.py``        RNN, LSTM, GRU
``shapes.py``           other shapes, copies, pieces, padding
``creation.py``         questions for shapes, and arrays made of them
``indexing.py``         Gather and its like, OneHot, TopK
``scattering.py``       ScatterND, ScatterElements
``quantization.py``     numbers of 8 bits
``reductions.py``       sums, means, extremes and their places
``resampling.py``       images made larger or smaller
``tabular.py``          the domain ai.onnx.ml
======================  ==========================================================
"""

from __future__ import annotations

from . import (
    activations,
    arithmetic,
    convolution,
    creation,
    indexing,
    normalization,
    pooling,
    products,
    quantization,
    recurrent,
    reductions,
    resampling,
    scattering,
    shapes,
    tabular,
)
from .table import OPERATORS, Attribute, Call, Operator

__all__ = [
    "OPERATORS",
    "Attribute",
    "Call",
    "Operator",
    "activations",
    "arithmetic",
    "convolution",
    "creation",
    "indexing",
    "normalization",
    "pooling",
    "products",
    "quantization",
    "recurrent",
    "reductions",
    "resampling",
    "scattering",
    "shapes",
    "tabular",
]
