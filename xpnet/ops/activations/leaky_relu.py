"""The rectifier that lets a little through.

    y = x where x > 0, else a x        dx = dy where x > 0, else a dy        a: negative_slope

The gradient never vanishes, so a unit that is negative for all samples can recover.

A. L. Maas, A. Y. Hannun, A. Y. Ng, 2013, *Rectifier nonlinearities improve neural network acoustic
models*.
"""

from __future__ import annotations

from ...backend import namespace
from ...typing import Array
from ..op import Op

__all__ = ["leaky_relu"]


def forward(x: Array, *, negative_slope: float = 0.01) -> tuple[Array, tuple[Array, float]]:
    return namespace(x).where(x > 0, x, negative_slope * x), (x, negative_slope)


def backward(dy: Array, saved: tuple[Array, float], needs: tuple[bool, ...]) -> tuple[Array]:
    x, slope = saved
    return (namespace(dy, x).where(x > 0, dy, slope * dy),)


leaky_relu = Op("leaky_relu", forward, backward)
