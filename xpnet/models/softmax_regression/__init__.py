"""Softmax regression: the probability of each of several classes, without a hidden layer.

==================  ==============================================================================
``model.py``        SoftmaxRegression: one linear layer as a module, with ``fit``
``gradients.py``    cost and gradient: dZ = P - Y
==================  ==============================================================================
"""

from __future__ import annotations

from .gradients import descend, vectorized
from .model import SoftmaxRegression

__all__ = ["SoftmaxRegression", "descend", "vectorized"]
