"""Units switched off at random, so that no unit can rely on another.

    y = x / (1 - p) where keep, else 0        dx = dy / (1 - p) where keep, else 0

Each unit is kept with probability 1 - p; the factor keeps the expected y equal to x, so that
nothing has to change when predicting. `keep` is given, or drawn: unit i, counted in row-major
order, is kept if word i of the draw (see ``backend/random.py``) is at least p 2^32. With
`shared_axes` the last axes have one word in common, so that channels are dropped as a whole. The
way back may draw again what the way there drew, since a draw is two integers.

N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, 2014, *Dropout: a simple
way to prevent neural networks from overfitting*.
"""

from __future__ import annotations

import math
from typing import Any

from ..backend import asarray, device_of, namespace, random
from ..errors import ArgumentError
from ..typing import Array
from .op import Op

__all__ = ["dropout", "require_probability"]


def require_probability(where: str, p: float) -> None:
    """Raise an ArgumentError unless 0 <= p <= 1."""
    if not 0 <= p <= 1:
        raise ArgumentError(
            f"{where}: p must be from 0 to 1, got {p}; it is the share of units that are switched "
            "off, usually 0.5 or less"
        )


def check(
    x: Array,
    keep: Array | None = None,
    *,
    p: float,
    draw: tuple[int, int] | None = None,
    shared_axes: int = 0,
) -> None:
    require_probability("dropout", p)
    if (keep is None) == (draw is None):
        raise ArgumentError(
            f"dropout: keep must be given where draw is None, and None otherwise, got draw={draw}; "
            "draw=xpnet.backend.random.next_draw() draws what to keep"
        )


def drawn(x: Array, p: float, draw: Any, shared_axes: int) -> Array:
    """Return `keep`, with axes of length 1 where a word is shared."""
    shape = (*x.shape[: len(x.shape) - shared_axes], *(1,) * shared_axes)
    words = random.bits_of(draw, math.prod(shape))
    return asarray((words >= round(p * 2**32)).reshape(shape), device=device_of(x))


def forward(
    x: Array,
    keep: Array | None = None,
    *,
    p: float,
    draw: tuple[int, int] | None = None,
    shared_axes: int = 0,
) -> tuple[Array, Any]:
    if keep is None:
        keep = drawn(x, p, draw, shared_axes)
    scale = 1.0 / (1.0 - p) if p < 1 else 0.0
    return namespace(x, keep).where(keep, scale * x, 0.0), (keep, scale)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    keep, scale = saved
    return (namespace(dy, keep).where(keep, scale * dy, 0.0), None)[: len(needs)]


dropout = Op("dropout", forward, backward, check)
