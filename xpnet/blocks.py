"""How the scores of attention are cut into blocks, in the generic op and where dropout is drawn.

Dropout draws the weights of a block from a stream of the block's place, so whoever wants the same
weights, such as a kernel, has to know the blocks.
"""

from __future__ import annotations

__all__ = ["block_size"]

BLOCK_KEYS = 1024
"""A block of scores has at most so many keys."""

BLOCK_QUERIES = 64
"""A block has so many queries at least, if there are as many: fewer make slow products."""

BLOCK_SCORES = 1 << 22
"""A block has so many queries that all sequences and heads have about so many scores in it."""


def block_size(heads: int, keys: int) -> tuple[int, int]:
    """Return how many queries and keys a block has; the last ones may have fewer.

    Parameters
    ----------
    heads : int
        Of all sequences together.
    keys : int

    Examples
    --------
    >>> block_size(heads=64, keys=128)
    (512, 128)
    """
    width = min(BLOCK_KEYS, max(1, keys))
    return max(BLOCK_QUERIES, BLOCK_SCORES // max(1, heads * width)), width
