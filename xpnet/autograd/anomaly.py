"""Finding the operation in which a NaN first appears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..backend import describe, is_array, is_floating, namespace, unwrap
from ..errors import AnomalyError
from ..typing import Array

__all__ = ["blame_nan"]


def blame_nan(name: str, what: str, out: Any, inputs: Any) -> None:
    """Raise if `out` holds a NaN that no array in `inputs` holds; both may be nested."""
    if any(map(_has_nan, _arrays(out))):
        given = list(_arrays(inputs))
        if not any(map(_has_nan, given)):
            raise AnomalyError(
                f"{name}: {what} holds NaN although its inputs hold none; inputs: {describe(given)}"
            )


def _arrays(x: Any) -> Iterator[Array]:
    if isinstance(x, list | tuple):
        for part in x:
            yield from _arrays(part)
    elif is_array(unwrap(x)):
        yield unwrap(x)


def _has_nan(x: Array) -> bool:
    xp = namespace(x)
    return is_floating(x) and bool(xp.any(xp.isnan(x)))
