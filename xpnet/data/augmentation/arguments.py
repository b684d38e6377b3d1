"""What the arguments of augmentations must be."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np

from ...errors import ArgumentError

__all__ = ["is_real", "number", "share", "size_of", "whole_number"]


def number(where: str, argument: str, value: Any) -> float:
    """Return `value` as a Python number if it is a real one, also of NumPy, else raise.

    Examples
    --------
    >>> number("Shift", "fill", "0")
    Traceback (most recent call last):
    xpnet.errors.ArgumentError: Shift: fill must be a number, got '0'; 0 is usual
    """
    if not is_real(value):
        raise ArgumentError(f"{where}: {argument} must be a number, got {value!r}; 0 is usual")
    return int(value) if isinstance(value, Integral) else float(value)


def is_real(value: Any) -> bool:
    """Tell whether `value` is a real number of Python or NumPy, and no truth value."""
    return isinstance(value, Real) and not isinstance(value, bool)


def whole_number(where: str, argument: str, value: Any, least: int) -> int:
    """Return `value` if it is an integer of at least `least`, else raise an ArgumentError.

    Examples
    --------
    >>> whole_number("Shift", "pixels", 0, 1)
    Traceback (most recent call last):
    xpnet.errors.ArgumentError: Shift: pixels must be an integer >= 1, got 0; a few pixels are usual
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ArgumentError(
            f"{where}: {argument} must be an integer >= {least}, got {value!r}; "
            "a few pixels are usual"
        )
    return int(value)


def size_of(where: str, size: Any) -> tuple[int, int]:
    """Return height and width from one number or two.

    Examples
    --------
    >>> size_of("RandomCrop", 24), size_of("RandomCrop", (24, 32))
    ((24, 24), (24, 32))
    """
    pair = tuple(size) if isinstance(size, tuple | list) else (size, size)
    if len(pair) != 2:
        raise ArgumentError(
            f"{where}: size must be one number or (H, W), got {size!r}; write 24 or (24, 32)"
        )
    height, width = (whole_number(where, "size", one, 1) for one in pair)
    return height, width


def share(where: str, argument: str, value: Any) -> float:
    """Return `value` if it is a number from 0 to 1, else raise an ArgumentError.

    Examples
    --------
    >>> share("HorizontalFlip", "p", 0.5)
    0.5
    """
    if not is_real(value) or not 0 <= value <= 1:
        raise ArgumentError(
            f"{where}: {argument} must be a probability from 0 to 1, got {value!r}; 0.5 is usual"
        )
    return number(where, argument, value)
