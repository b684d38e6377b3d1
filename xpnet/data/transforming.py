"""What a loader's transform must be, and how it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ArgumentError, DataError
from ..typing import Array
from .augmentation import Augmentation

__all__ = ["require_transform", "transformed"]

Batch = tuple[Array, ...]


def require_transform(transform: Any) -> None:
    """Raise an ArgumentError unless `transform` can be called, or is None."""
    if transform is not None and not callable(transform):
        raise ArgumentError(
            f"DataLoader: transform must be callable, got {transform!r}; pass a function of the "
            "batch, or an augmentation, as in transform=data.augmentation.Shift(2)"
        )


def transformed(
    transform: Callable[..., Any], batch: Batch, stream: Callable[[], np.random.Generator]
) -> Batch:
    """Return ``transform(*batch)``; an Augmentation also gets the random numbers of `stream`.

    Raises
    ------
    ArgumentError
        If the transform takes another number of arrays.
    DataError
        If it returns no tuple.
    """
    if isinstance(transform, Augmentation):
        changed: Any = transform(*batch, rng=stream())
    else:
        try:
            changed = transform(*batch)
        except TypeError as error:
            if _takes(transform, batch):
                raise
            name = getattr(transform, "__name__", type(transform).__name__)
            raise ArgumentError(
                f"DataLoader: transform must take the {len(batch)} arrays of a batch, as in "
                f"transform(*batch), got {name}{inspect.signature(transform)}; give it "
                f"{len(batch)} parameters, and let it return a tuple of arrays"
            ) from error
    if not isinstance(changed, tuple | list):
        raise DataError(
            f"DataLoader: transform must return a tuple of arrays, got {type(changed).__name__}; "
            "write `return x, y`, or `return (x,)` for one"
        )
    return tuple(changed)


def _takes(transform: Callable[..., Any], batch: Batch) -> bool:
    """Tell whether so many arguments fit; yes, where Python cannot tell."""
    try:
        signature = inspect.signature(transform)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(*batch)
    except TypeError:
        return False
    return True
