"""How large the arrays of a graph may become: a number in a file must not fill the memory.

A file of a hundred bytes can ask for an array of a million million. So whatever makes an array
larger than its inputs asks for room first, and the interpreter says how much there is: little for
what constants alone ask for, and else a quarter of the memory that is free.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from ....errors import ShapeError
from .memory import free_memory

__all__ = ["RoomError", "at_most", "broadcast_shape", "require_room"]


class RoomError(ShapeError):
    """An array would be too large; `elements` is how large."""

    elements = 0


class _Limit(NamedTuple):
    elements: float
    remedy: str


DAMAGED = "a size in the file is damaged: export the model again"

BYTES = 16  # an element of float32 in a quarter of the memory
ASKED = 2**22  # the memory is asked from so many elements on, which is 16 MB

NONE = _Limit(math.inf, DAMAGED)

_limit: ContextVar[_Limit] = ContextVar("limit", default=NONE)


@contextmanager
def at_most(elements: float, remedy: str = DAMAGED) -> Iterator[None]:
    """Let no array that is made in this block have more elements.

    Examples
    --------
    >>> with at_most(100):
    ...     require_room((10, 10))
    >>> with at_most(100, "take fewer"):
    ...     require_room((10, 11))
    Traceback (most recent call last):
    xpnet.io.onnx.importing.room.RoomError: arrays must have at most 100 elements here, got 110 \
in (10, 11); take fewer
    """
    token = _limit.set(_Limit(elements, remedy))
    try:
        yield
    finally:
        _limit.reset(token)


def require_room(shape: Sequence[int]) -> None:
    """Raise if an array of this shape would have more elements than are allowed, or have room.

    Raises
    ------
    ShapeError
    """
    limit, remedy = _limit.get()
    if any(n < 0 for n in shape):
        raise ShapeError(
            f"sizes must not be negative, got {tuple(shape)}; the input is too small for this "
            "model, or the file is damaged"
        )
    elements = math.prod(shape)
    if ASKED < elements <= limit:
        limit = free_memory() // BYTES
        remedy = (
            "more is over a quarter of the memory that is free: give the model a smaller input; "
            f"if that is small, {DAMAGED}"
        )
    if elements > limit:
        error = RoomError(
            f"arrays must have at most {int(limit):,} elements here, got {elements:,} in "
            f"{tuple(shape)}; {remedy}"
        )
        error.elements = elements
        raise error


def broadcast_shape(*shapes: Sequence[int]) -> tuple[int, ...]:
    """Return the shape of arrays that are computed with element by element, if there is room.

    Examples
    --------
    >>> broadcast_shape((2, 1), (3,))
    (2, 3)
    """
    out: list[int] = []
    for axis in range(-max(map(len, shapes), default=0), 0):
        sizes = {shape[axis] for shape in shapes if len(shape) >= -axis} - {1}
        if len(sizes) > 1:
            raise ShapeError(
                f"shapes must be equal or 1 along each axis, got {', '.join(map(str, shapes))}; "
                "check the shape of the input"
            )
        out.append(sizes.pop() if sizes else 1)
    require_room(out)
    return tuple(out)
