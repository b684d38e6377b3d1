"""What the ops of xpnet are in ONNX, where it has an operator for them.

An op without an entry here runs its generic formula on Symbols, and becomes several operators.

=====================  ===========================================================
``translation.py``     how an entry is registered: as a kernel for Symbols
``activations.py``     Relu, Sigmoid, Softmax, ...
``layers.py``          Gemm, Flatten, Gather, Pad
``convolutions.py``    Conv, ConvTranspose
``pooling.py``         MaxPool, AveragePool, GlobalAveragePool
``norms.py``           BatchNormalization, LayerNormalization, ...
``attention.py``       Softmax of MatMul
``recurrent.py``       LSTM, GRU, RNN
``resampling.py``      Resize
=====================  ===========================================================
"""

from __future__ import annotations

from . import (
    activations,
    attention,
    convolutions,
    layers,
    norms,
    pooling,
    recurrent,
    resampling,
)

__all__ = [
    "activations",
    "attention",
    "convolutions",
    "layers",
    "norms",
    "pooling",
    "recurrent",
    "resampling",
]
