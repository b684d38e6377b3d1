"""Clipping by the norm of all gradients: two launches, and nobody waits for the norm.

The first makes the sums of the squares of some thousand chunks, the second adds these up in every
block anew, which is cheaper than a launch of its own, and scales. Sums are made in the same order
in each run.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...typing import Array
from ..registry import register
from .gpu import contiguous, cupy, wide
from .together import launch_tensors, tables

__all__: list[str] = []

MAX_SUMS = 1024
"""About so many chunks there are at most."""


def clip(gs: Sequence[Array], max_norm: float) -> tuple[Array, list[Array]] | None:
    """Return the norm of all gradients, (), and the gradients scaled down to `max_norm`."""
    dtype, device = gs[0].dtype, gs[0].device
    if dtype.char not in "fd" or any(g.dtype != dtype or g.device != device for g in gs):
        return None
    with device:
        scaled = [cupy().empty(g.shape, dtype) for g in gs]
        given = [contiguous(g) for g in gs]
        parts = list(tables(list(zip(scaled, given, strict=True)), max_chunks=MAX_SUMS))
        if not parts:
            return None
        sums = cupy().empty(sum(part.blocks for part in parts), wide(dtype))
        norm = cupy().empty((), dtype)
        offset = 0
        for part in parts:
            launch_tensors("optimizers/squares", dtype, part, sums, offset)
            offset += part.blocks
        for part in parts:
            arguments = (sums, offset, norm, max_norm)
            launch_tensors("optimizers/clipped", dtype, part, *arguments)
    return norm, scaled


register("clip_grad_norm", library="cupy", update=clip)
