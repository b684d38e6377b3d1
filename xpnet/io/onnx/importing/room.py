"""How large the arrays of a graph may become: a number in a file must not fill the memory.

A file of a hundred bytes can ask for an array of a million million. So whatever makes an array
larger than its inputs asks for room first, and the interpreter says how much there is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from ....errors import ShapeError

__all__ = ["RoomError", "at_most", "broadcast_shape", "require_room"]


class RoomError(ShapeError):
    """An array would be too large; `elements` is how large."""

    elements = 0


_limit: ContextVar[float] = ContextVar("limit", default=math.inf)


@contextmanager
def at_most(elements: float) -> Iterator[None]:
    """Let no array that is made in this block have more elements.

    Examples
    --------
    >>> with at_most(100):
    ...     require_room((10, 10))
    >>> with at_most(100):
    ...     require_room((10, 11))
    Traceback (most recent call last):
    xpnet.io.onnx.importing.room.RoomError: arrays must have at most 100 elements here, got 110 \
in (10, 11); a size in the file is damaged, or give the model a larger input
    """
    token = _limit.set(elements)
    try:
        yield
    finally:
        _limit.reset(token)


def require_room(shape: Sequence[int]) -> None:
    """Raise if an array of this shape would have more elements than are allowed.

    Raises
    ------
    ShapeError
    """
    limit = _limit.get()
    if any(n < 0 for n in shape):
        raise ShapeError(
            f"sizes must not be negative, got {tuple(shape)}; the input is too small for this "
            "model, or the file is damaged"
        )
    elements = math.prod(shape)
    if elements > limit:
        error = RoomError(
            f"arrays must have at most {int(limit):,} elements here, got {elements:,} in "
            f"{tuple(shape)}; a size in the file is damaged, or give the model a larger input"
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
