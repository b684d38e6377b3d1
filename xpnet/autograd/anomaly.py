"""Finding the operation in which a NaN first appears."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..backend import describe, is_array, is_floating, namespace, unwrap
from ..errors import AnomalyError

__all__ = ["blame_nan"]


def blame_nan(name: str, what: str, out: Any, inputs: Iterable[Any]) -> None:
    """Raise if `out` holds a NaN that no input holds."""
    inputs = tuple(inputs)
    if _has_nan(out) and not any(_has_nan(x) for x in inputs):
        raise AnomalyError(
            f"{name}: {what} holds NaN although its inputs hold none; inputs: {describe(inputs)}"
        )


def _has_nan(x: Any) -> bool:
    if isinstance(x, list | tuple):
        return any(map(_has_nan, x))
    x = unwrap(x)
    if not is_array(x) or not is_floating(x):
        return False
    xp = namespace(x)
    return bool(xp.any(xp.isnan(x)))
