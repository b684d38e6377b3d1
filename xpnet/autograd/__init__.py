"""Differentiation as an array API namespace.

Reading order: ``tape.py`` (what is recorded), ``precision.py`` (in which dtypes), ``walk.py`` (the
walk back along it), ``primitive.py`` (a function with its rules), ``rules/`` (the derivatives),
``standard.py`` (the standard as a table), ``composed.py`` (functions built from others),
``namespace.py`` (the namespace), ``operators.py``, ``attributes.py`` and ``tensor.py`` (the array
that is seen), ``functional.py`` (``grad``).
"""

from __future__ import annotations

from .functional import grad, value_and_grad
from .modes import detect_anomaly, enable_grad, is_grad_enabled, no_grad
from .namespace import differentiable
from .precision import autocast
from .tensor import Tensor

__all__ = [
    "Tensor",
    "autocast",
    "detect_anomaly",
    "differentiable",
    "enable_grad",
    "grad",
    "is_grad_enabled",
    "no_grad",
    "value_and_grad",
]
