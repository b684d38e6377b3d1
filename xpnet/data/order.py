"""Random orders that are the same everywhere."""

from __future__ import annotations

import numpy as np

from ..backend import random

__all__ = ["permutation"]


def permutation(n: int, seed: int, *key: int | str) -> np.ndarray:
    """Return 0, ..., n - 1 in an order that depends on seed and key alone, (n,) int64.

    Examples
    --------
    >>> order = permutation(5, 0, "example")
    >>> bool((order == permutation(5, 0, "example")).all())
    True
    """
    # Sorted raw bits, because NumPy keeps a bit generator's stream the same in all versions, but
    # not what Generator.permutation makes of it.
    bits = random.stream(seed, *key).bit_generator.random_raw(n)
    return np.argsort(bits, kind="stable").astype(np.int64, copy=False)
