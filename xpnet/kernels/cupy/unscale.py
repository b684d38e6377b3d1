"""Taking the scale of the loss out of all gradients, and looking at them: one launch.

Each block notes for itself whether its gradients were finite, so that nothing has to be set before;
somebody who asks gets these notes in one copy, at most some kilobytes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...typing import Array
from ..registry import register
from .gpu import contiguous, cupy
from .together import launch_tensors, tables

__all__: list[str] = []

MAX_NOTES = 1024
"""About so many blocks there are at most."""


def unscale(gs: Sequence[Array], factor: float) -> tuple[Array, list[Array]] | None:
    """Return numbers that are 1 where a part was finite, and the gradients times `factor`.

    They are new arrays: backward may have given one to two parameters, or it is somebody else's.
    """
    dtype, device = gs[0].dtype, gs[0].device
    if dtype.char not in "fd" or any(g.dtype != dtype or g.device != device for g in gs):
        return None
    with device:
        scaled = [cupy().empty(g.shape, dtype) for g in gs]
        given = [contiguous(g) for g in gs]
        parts = list(tables(list(zip(scaled, given, strict=True)), max_chunks=MAX_NOTES))
        finite, offset = cupy().empty(sum(part.blocks for part in parts), np.int32), 0
        for part in parts:
            launch_tensors("optimizers/unscaled", dtype, part, finite, offset, factor)
            offset += part.blocks
    return finite, scaled


register("unscale", library="cupy", update=unscale)
