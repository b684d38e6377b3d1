"""Launching a kernel on many arrays at once: a table of their addresses goes along by value.

A kernel takes up to 4096 bytes of arguments, room for the addresses and sizes of some sixty tensors
with three arrays of state. So a step of an optimizer is one launch for networks of that many
parameters, without flat buffers, into which gradients would have to be copied or every kernel would
have to write. A table is filled anew in each step, in some microseconds: gradients are new arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ...typing import DType
from .gpu import THREADS, launch_blocks, wide

__all__ = ["NUMBERS", "TENSORS", "Launch", "Row", "launch_tensors", "numbers_struct", "tables"]

TENSORS = 64
"""So many tensors go into one launch."""

NUMBERS = 8
"""So many numbers of a rule may change from step to step."""

CHUNK = 2048
"""What a block works on, at least."""

MAX_CHUNKS = 1 << 16
"""Where there would be more blocks, each works on more."""

SLOTS = ("p", "g", "a", "b", "c")

Row = Sequence[Any]
"""The arrays of one tensor in the order of SLOTS, None where there is none."""


@cache
def _table(real: type) -> np.dtype[Any]:
    """Return the struct Tensors of optimizers.cu."""
    pointers = [(name, np.uintp, TENSORS) for name in SLOTS]
    others = [("size", np.int64, TENSORS), ("decay", real, TENSORS)]
    ends = [("first", np.int32, TENSORS + 1), ("count", np.int32), ("chunk", np.int32)]
    return np.dtype([*pointers, *others, *ends], align=True)


def numbers_struct(numbers: Sequence[float], dtype: DType) -> np.ndarray:
    """Return the struct Numbers of optimizers.cu."""
    struct = np.zeros(1, [("n", wide(dtype), NUMBERS)])
    struct["n"][0, : len(numbers)] = numbers
    return struct


class Launch(NamedTuple):
    """A part of the tensors, as one launch gets it."""

    table: np.ndarray
    blocks: int


def tables(
    rows: Sequence[Row], decays: Sequence[float] | None = None, max_chunks: int = MAX_CHUNKS
) -> Iterator[Launch]:
    """Put contiguous arrays of one dtype into tables.

    Parameters
    ----------
    rows : sequence of up to five arrays
        p, g, a, b, c of each tensor, all of one size; None is a null pointer. g is an array.
    decays : sequence of float, optional
    max_chunks : int
        About how many blocks there may be, over all tables.
    """
    sizes = [row[1].size for row in rows]
    used = [i for i, size in enumerate(sizes) if size]
    if not used:
        return
    real = wide(rows[0][1].dtype)
    chunk = max(CHUNK, -(-sum(sizes) // max_chunks))
    for start in range(0, len(used), TENSORS):
        part = used[start : start + TENSORS]
        n = len(part)
        table = np.zeros(1, _table(real))
        for slot, name in enumerate(SLOTS[: len(rows[0])]):
            arrays = (rows[i][slot] for i in part)
            table[name][0, :n] = [0 if a is None else a.data.ptr for a in arrays]
        chosen = np.array([sizes[i] for i in part])
        ends = np.cumsum(-(-chosen // chunk))
        table["size"][0, :n] = chosen
        table["first"][0, 1 : n + 1] = ends
        if decays is not None:
            table["decay"][0, :n] = [decays[i] for i in part]
        table["count"], table["chunk"] = n, chunk
        yield Launch(table, int(ends[-1]))


def launch_tensors(kernel: str, dtype: DType, part: Launch, *arguments: Any) -> None:
    """Run a kernel whose first argument is a table."""
    launch_blocks(kernel, dtype, part.blocks, THREADS, part.table, *arguments)
