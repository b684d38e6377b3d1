"""A limit for initial values: whoever builds a model from a file knows how large it can be.

Inside ``with limited(elements)`` layers get zeros for the values that they would draw, because a
file replaces them anyway, and an error as soon as they ask for more than the file can hold: a
damaged number must not fill the memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..errors import ArgumentError
from ..typing import Shape

__all__ = ["limited", "spend"]

_left: ContextVar[list[int] | None] = ContextVar("left", default=None)


@contextmanager
def limited(elements: int) -> Iterator[None]:
    """Let the layers that are made in this block have so many initial values, all together.

    Examples
    --------
    >>> from xpnet import nn
    >>> with limited(8):
    ...     layer = nn.Linear(3, 2)
    >>> layer.bias.data
    array([0., 0.], dtype=float32)
    >>> with limited(8):
    ...     layer = nn.Linear(30, 20)
    Traceback (most recent call last):
    xpnet.errors.ArgumentError: initial values must be at most 8 in number, got a further 600 of \
shape (20, 30); the file that the model is built from holds no more
    """
    token = _left.set([elements, elements])
    try:
        yield
    finally:
        _left.reset(token)


def spend(shape: Shape) -> bool:
    """Count initial values, and tell whether there is a limit, and so no need to draw them.

    Raises
    ------
    ArgumentError
        If there is a limit, and this is beyond it.
    """
    account = _left.get()
    if account is None:
        return False
    account[0] -= math.prod(shape)
    if account[0] < 0:
        raise ArgumentError(
            f"initial values must be at most {account[1]:,} in number, got a further "
            f"{math.prod(shape):,} of shape {tuple(shape)}; the file that the model is built from "
            "holds no more"
        )
    return True
