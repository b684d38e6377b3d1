"""The types that annotations speak of.

Arrays of five libraries share no base class, so `Array` is an alias that documents intent:
"an array of any library". A `Tensor` is accepted wherever an `Array` is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

__all__ = ["Array", "DType", "NativeDevice", "Namespace", "Scalar", "Shape", "State"]

Array: TypeAlias = Any
"""An array of any library (or a Tensor around one)."""

Namespace: TypeAlias = Any
"""A module-like object with the functions of the array API standard."""

DType: TypeAlias = Any
"""A data type object of some library."""

NativeDevice: TypeAlias = Any
"""A device object of some library, as found in ``x.device``."""

Scalar: TypeAlias = bool | int | float

Shape: TypeAlias = Sequence[int]

State: TypeAlias = dict[str, Any]
"""Named arrays and numbers: a model's parameters, an optimizer's memory."""
