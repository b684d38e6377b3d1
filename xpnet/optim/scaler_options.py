"""What a `GradScaler` may be made of; a call as PyTorch writes it is told how it reads here."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ArgumentError

__all__ = ["factor", "positive_scale", "refuse_pytorchs_call", "steps_in_a_row", "switch"]


def refuse_pytorchs_call(given: Sequence[Any], named: Mapping[str, Any]) -> None:
    """Raise an ArgumentError where a device is among the arguments, which PyTorch has first.

    Parameters
    ----------
    given : sequence
        Arguments without a name.
    named : mapping
        The others, by name.
    """
    first = named.get("device", given[0] if given else None)
    if "device" in named or (given and not _is_number(first)):
        raise ArgumentError(
            f"GradScaler: init_scale must be the first argument, a positive number, got {first!r}; "
            "write GradScaler() for PyTorch's GradScaler('cuda'): it works wherever gradients are"
        )


def positive_scale(argument: str, value: Any, remedy: str) -> float:
    """Return a scale as a plain number, or raise an ArgumentError."""
    if not (_is_number(value) and math.isfinite(value) and value > 0):
        raise ArgumentError(f"{argument} must be a positive number, got {value!r}; {remedy}")
    return float(value)


def factor(argument: str, value: Any, low: float, high: float, usual: float) -> float:
    """Return a factor in an open interval as a plain number, or raise an ArgumentError."""
    if not (_is_number(value) and low < value < high):
        expected = f"> {low:g}" if math.isinf(high) else f"between {low:g} and {high:g}"
        raise ArgumentError(
            f"GradScaler: {argument} must be a number {expected}, got {value!r}; {usual} is usual"
        )
    return float(value)


def steps_in_a_row(value: Any) -> int:
    """Return a number of steps as a plain one, or raise an ArgumentError."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ArgumentError(
            f"GradScaler: growth_interval must be a positive integer, got {value!r}; 2000 steps "
            "are usual"
        )
    return int(value)


def switch(value: Any) -> bool:
    """Return whether the scaler does anything, or raise an ArgumentError."""
    if value not in (True, False):  # a truth value of NumPy is equal to one of them, too
        raise ArgumentError(
            f"GradScaler: enabled must be True or False, got {value!r}; "
            "enabled=precision == 'float16' fits every precision"
        )
    return bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
