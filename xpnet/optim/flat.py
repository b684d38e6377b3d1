"""All parameters as one vector, and the numbers that decisions on the host are made from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from ..backend import dtype_name, namespace, to_numpy, unwrap
from ..errors import DTypeError
from ..nn import Parameter
from ..typing import Array

__all__ = ["dot", "gradient", "largest", "move", "number", "numbers", "sum_of_sizes"]


def gradient(parameters: Iterable[Parameter]) -> Array:
    """Return all gradients as one vector; a parameter without one has zeros.

    Raises
    ------
    DTypeError
        If the parameters have several dtypes.
    """
    pieces = []
    for parameter in parameters:
        p = parameter.data
        xp = namespace(p)
        g = xp.zeros_like(p) if parameter.grad is None else unwrap(parameter.grad)
        pieces.append(xp.reshape(g, (-1,)))
    dtypes = sorted({dtype_name(piece.dtype) for piece in pieces})
    if len(dtypes) > 1:
        raise DTypeError(
            f"LBFGS: parameters must have one dtype, got {dtypes}; it works on all of them as one "
            "vector: model.to(dtype='float32')"
        )
    return namespace(*pieces).concat(pieces)


def move(parameters: Sequence[Parameter], x: Sequence[Array], t: float, d: Array) -> None:
    """Set the parameters to x + t d, where d is one vector for all."""
    start = 0
    for parameter, array in zip(parameters, x, strict=True):
        xp = namespace(array)
        stop = start + math.prod(array.shape)
        piece = xp.reshape(d[start:stop], array.shape)
        parameter.data = xp.asarray(array + t * piece)  # NumPy makes scalars of () arrays
        start = stop


def dot(a: Array, b: Array) -> Array:
    """Return aᵀ b of two vectors, ()."""
    return namespace(a, b).vecdot(a, b)


def largest(x: Array) -> Array:
    """Return the largest absolute value, (); of an empty vector 0."""
    xp = namespace(x)
    return xp.max(xp.abs(x)) if x.shape[0] else xp.sum(x)


def sum_of_sizes(x: Array) -> Array:
    """Return the sum of the absolute values, ()."""
    xp = namespace(x)
    return xp.sum(xp.abs(x))


def numbers(*scalars: Array) -> list[float]:
    """Fetch numbers of one device and dtype in a single transfer."""
    xp = namespace(*scalars)
    return [float(x) for x in to_numpy(xp.stack([xp.asarray(x) for x in scalars]))]


def number(x: Any) -> float:
    """Fetch one number: an array (), a Tensor, or a number already."""
    return float(unwrap(x))
