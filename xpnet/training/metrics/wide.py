"""The widest floating-point numbers of a device, for sums over many samples."""

from __future__ import annotations

from functools import cache
from typing import Any

from ...backend import device_of, namespace
from ...typing import Array, DType, Namespace

__all__ = ["widened"]


def widened(x: Array) -> Array:
    """Return an array, or a number of a library, as float64; as float32 where a GPU lacks that.

    A sum of float16 losses overflows, and one of float32 loses digits.

    Examples
    --------
    >>> import numpy as np
    >>> widened(np.float32(0.5))
    array(0.5)
    """
    xp = namespace(x)
    return xp.astype(xp.asarray(x), _widest(xp, device_of(x).native))


@cache
def _widest(xp: Namespace, device: Any) -> DType:
    there = xp.__array_namespace_info__().dtypes(device=device, kind="real floating")
    return there.get("float64", xp.float32)
