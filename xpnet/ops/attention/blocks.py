"""How the scores of attention are cut into blocks, and what is left out of a block.

The scores of L queries and S keys are L · S numbers for each sequence and head: at 8,192 positions
and 8 heads, 2 GiB in single precision. So they are made block by block and thrown away again. How
large blocks are is said in ``xpnet/blocks.py``.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

from ...backend import asarray, device_of, namespace, random, unwrap
from ...blocks import block_size
from ...typing import Array

__all__ = [
    "blocks",
    "cut",
    "hidden",
    "joined",
    "joined_mask",
    "kept",
    "part",
    "plus",
]


def cut(length: int, step: int) -> list[slice]:
    """Cut a range into slices of `step`, the last one perhaps shorter.

    Examples
    --------
    >>> cut(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]


def blocks(query: Array, key: Array) -> tuple[list[slice], list[slice]]:
    """Return the slices of queries and of keys that make up the blocks of scores."""
    rows, width = block_size(math.prod(query.shape[:-2]), key.shape[-2])
    return cut(query.shape[-2], rows), cut(key.shape[-2], width)


def part(x: Array, rows: slice, columns: slice | None = None) -> Array:
    """Return some positions of (..., L, D), or a block of a mask that may be 1 along an axis."""
    if columns is None:
        whole = rows.start == 0 and rows.stop == x.shape[-2]
        return x if whole else x[..., rows, :]
    rows = slice(None) if x.shape[-2] == 1 else rows
    columns = slice(None) if x.shape[-1] == 1 else columns
    return x[..., rows, columns]


def hidden(like: Array, mask: Array | None, is_causal: bool, rows: slice, columns: slice) -> Any:
    """Return where a block of scores does not count, broadcastable to it, or None."""
    out = None
    bare = unwrap(like)
    xp = namespace(bare)
    if mask is not None and xp.isdtype(mask.dtype, "bool"):
        out = xp.logical_not(part(unwrap(mask), rows, columns))
    if is_causal and columns.stop - 1 > rows.start:
        device = device_of(bare).native
        i = xp.arange(rows.start, rows.stop, device=device)
        j = xp.arange(columns.start, columns.stop, device=device)
        later = xp.expand_dims(j, axis=0) > xp.expand_dims(i, axis=1)  # (rows, columns)
        out = later if out is None else xp.logical_or(out, later)
    return out


def kept(scores: Array, p: float, seed: int, rows: slice, columns: slice) -> Array:
    """Return where dropout keeps the weights of a block; the same whenever it is asked.

    The numbers come from the stream of the seed and the place of the block, so the way back draws
    again what the way there drew, instead of keeping L · S truth values.
    """
    stream = random.stream(seed, rows.start, columns.start)
    draws = stream.random(tuple(scores.shape), dtype="float32")
    return asarray(draws >= p, device=device_of(scores))


def plus(total: Any, term: Array) -> Array:
    """Add to a sum that may not have begun."""
    return term if total is None else total + term


def joined(parts: list[Any], like: Array, slices: list[slice]) -> Array:
    """Put the gradients of slices of positions together; None stands for zeros."""
    xp = namespace(like, *parts)
    filled = [
        xp.zeros_like(part(like, rows)) if x is None else x
        for x, rows in zip(parts, slices, strict=True)
    ]
    if not filled:
        return xp.zeros_like(like)
    return filled[0] if len(filled) == 1 else xp.concat(filled, axis=-2)


def joined_mask(
    parts: list[list[Any]], mask: Array, cuts: tuple[list[slice], list[slice]]
) -> Array:
    """Put the gradients of blocks of a mask together; blocks at the end of a row may lack."""
    xp = namespace(mask, *(x for row in parts for x in row))
    lines = []
    for row, rows in zip(parts, cuts[0], strict=True):
        rest = [xp.zeros_like(part(mask, rows, columns)) for columns in cuts[1][len(row) :]]
        lines.append(_along(xp, [*row, *rest], -1, mask.shape[-1] == 1))
    whole = _along(xp, [line for line in lines if line is not None], -2, mask.shape[-2] == 1)
    return xp.zeros_like(mask) if whole is None else whole


def _along(xp: Any, parts: list[Array], axis: int, shared: bool) -> Any:
    if len(parts) < 2:
        return parts[0] if parts else None
    return reduce(xp.add, parts) if shared else xp.concat(parts, axis=axis)
