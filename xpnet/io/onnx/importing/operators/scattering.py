"""Arrays with some elements replaced, as ``x[:, 0] = 0`` of PyTorch is written."""

from __future__ import annotations

import math
from typing import Any

from .....backend import extra, is_floating, namespace
from .....errors import ShapeError
from .indexing import counted_from_the_start
from .normalization import axis_of
from .table import operator

REDUCTIONS = ("none", "add")


@operator("ScatterND", fixed=(1,), choices={"reduction": REDUCTIONS})
def scatter_nd(x: Any, indices: Any, updates: Any, *, reduction: str = "none") -> Any:
    """Put slices where indices of several axes say: (..., k) indices, (..., *rest) updates."""
    xp = namespace(x, indices, updates)
    depth = indices.shape[-1] if indices.shape else 0
    rest = tuple(x.shape[depth:])
    if not 1 <= depth <= len(x.shape) or tuple(updates.shape) != (*indices.shape[:-1], *rest):
        raise ShapeError(
            f"indices must be (..., k) and updates (..., {', '.join(map(str, rest))}), got "
            f"{tuple(indices.shape)} and {tuple(updates.shape)} for {tuple(x.shape)}; check the "
            "shape of the input"
        )
    rows = xp.reshape(indices, (-1, depth))
    place = xp.zeros(rows.shape[:1], dtype=xp.int64, device=rows.device)
    for i, n in enumerate(x.shape[:depth]):
        place = place * n + counted_from_the_start(rows[:, i], n)
    slots = math.prod(x.shape[:depth])
    found = _scattered(
        xp.reshape(x, (slots, *rest)), place, xp.reshape(updates, (-1, *rest)), reduction
    )
    return xp.reshape(found, x.shape)


@operator("ScatterElements", fixed=(1,), choices={"reduction": REDUCTIONS})
def scatter_elements(
    x: Any, indices: Any, updates: Any, *, axis: int = 0, reduction: str = "none"
) -> Any:
    """Put single elements where indices along an axis say."""
    xp = namespace(x, indices, updates)
    axis = axis_of(x, axis)
    fits = len(indices.shape) == len(x.shape) and all(
        i == axis or n <= x.shape[i] for i, n in enumerate(indices.shape)
    )
    if not fits or tuple(updates.shape) != tuple(indices.shape):
        raise ShapeError(
            f"indices and updates must have one shape, within {tuple(x.shape)} on all axes but "
            f"{axis}, got {tuple(indices.shape)} and {tuple(updates.shape)}; check the shape of "
            "the input"
        )
    place = xp.zeros(indices.shape, dtype=xp.int64, device=indices.device)
    for i, n in enumerate(x.shape):
        if i == axis:
            position = counted_from_the_start(indices, n)
        else:
            spread = [1] * len(x.shape)
            spread[i] = indices.shape[i]
            along = xp.arange(indices.shape[i], dtype=xp.int64, device=indices.device)
            position = xp.reshape(along, tuple(spread))
        place = place * n + position
    flat, place, updates = (xp.reshape(array, (-1,)) for array in (x, place, updates))
    return xp.reshape(_scattered(flat, place, updates, reduction), x.shape)


def _scattered(x: Any, place: Any, updates: Any, reduction: str) -> Any:
    """Write rows of `updates` into rows of `x`; of several for one row, the last stays."""
    xp = namespace(x, updates)
    kind, slots = x.dtype, x.shape[0]
    if not is_floating(x):  # truth values have no sum
        x, updates = xp.astype(x, xp.int64), xp.astype(updates, xp.int64)
    if reduction == "add":
        return xp.astype(x + extra.scatter_add(updates, place, slots), kind, copy=False)
    order = xp.argsort(place, stable=True)
    place = xp.take(place, order)
    end = xp.ones(place[:1].shape, dtype=xp.bool, device=place.device)
    last = xp.concat([place[1:] != place[:-1], end])
    place = xp.where(last, place, slots)  # the others go into a slot that is cut off
    values = extra.scatter_add(xp.take(updates, order, axis=0), place, slots + 1)[:slots, ...]
    ones = xp.ones(place.shape, dtype=xp.int64, device=place.device)
    written = extra.scatter_add(ones, place, slots + 1)[:slots] > 0
    written = xp.reshape(written, (slots,) + (1,) * (len(x.shape) - 1))
    return xp.astype(xp.where(written, values, x), kind, copy=False)
