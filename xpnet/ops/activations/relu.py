"""The rectifier.

    y = max(x, 0)        dx = dy where x > 0, else 0 (also at x = 0)

V. Nair, G. E. Hinton, 2010, *Rectified linear units improve restricted Boltzmann machines*.
"""

from __future__ import annotations

from ...backend import namespace
from ...typing import Array
from ..op import Op

__all__ = ["relu"]


def forward(x: Array) -> tuple[Array, Array]:
    y = namespace(x).maximum(x, 0.0)
    return y, y


def backward(dy: Array, y: Array, needs: tuple[bool, ...]) -> tuple[Array]:
    return (namespace(dy, y).where(y > 0, dy, 0.0),)


relu = Op("relu", forward, backward)
