"""Elements by their index."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .....backend import asarray, device_of, extra, namespace, unwrap
from .....errors import ArgumentError, ShapeError
from ..room import require_room
from .normalization import axis_of
from .shapes import cut, ints
from .table import operator


def counted_from_the_start(indices: Any, n: int) -> Any:
    """Return indices without negative ones, as whole numbers of 64 bits."""
    xp = namespace(indices)
    indices = xp.astype(indices, xp.int64, copy=False)
    return xp.where(indices < 0, indices + n, indices)


def _require_inside(indices: Any, n: int) -> None:
    """Raise if constants point beyond; of indices on a device the library says so, or not."""
    if indices.size and not (-n <= indices.min() and indices.max() < n):
        raise ShapeError(
            f"indices must be from {-n} to {n - 1}, got {indices.min()} to {indices.max()}; check "
            "the shape of the input"
        )


@operator("Gather", either=(1,))
def gather(x: Any, indices: Any, *, axis: int = 0) -> Any:
    """Take slices along an axis: an embedding, for one, is Gather(weight, tokens)."""
    axis = axis_of(x, axis)
    if isinstance(indices, np.ndarray | np.generic):
        _require_inside(indices, x.shape[axis])
        if not indices.shape:  # what PyTorch writes for x[:, 0]
            return x[tuple(int(indices) if i == axis else slice(None) for i in range(x.ndim))]
        if not isinstance(x, np.ndarray | np.generic):
            indices = asarray(indices, device=device_of(unwrap(x)))
    xp = namespace(x, indices)
    shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
    require_room(shape)
    flat = counted_from_the_start(xp.reshape(indices, (-1,)), x.shape[axis])
    return xp.reshape(xp.take(x, flat, axis=axis), shape)


@operator("GatherElements", fixed=(1,))
def gather_elements(x: Any, indices: Any, *, axis: int = 0) -> Any:
    """Take one element for each index, along an axis."""
    axis = axis_of(x, axis)
    xp = namespace(x, indices)
    if len(indices.shape) != len(x.shape):
        raise ShapeError(
            f"indices must have as many axes as the array, got {tuple(indices.shape)} and "
            f"{tuple(x.shape)}; check the shape of the input"
        )
    for i, n in enumerate(indices.shape):
        if i != axis and n != x.shape[i]:
            x = x[cut(x, i, slice(0, n))]
    wanted = counted_from_the_start(indices, x.shape[axis])
    return xp.take_along_axis(x, wanted, axis=axis)


@operator("GatherND", fixed=(1,))
def gather_nd(x: Any, indices: Any, *, batch_dims: int = 0) -> Any:
    """Take slices by indices of several axes."""
    xp = namespace(x, indices)
    depth = indices.shape[-1]
    b = batch_dims
    if not (0 <= b < len(indices.shape) and b + depth <= len(x.shape)):
        raise ShapeError(
            f"indices must have at most {len(x.shape) - b} columns, got {tuple(indices.shape)} for "
            f"{tuple(x.shape)}; check the shape of the input"
        )
    indexed, rest = x.shape[b : b + depth], x.shape[b + depth :]
    require_room([*indices.shape[:-1], *rest])
    batches = math.prod(x.shape[:b])
    rows = xp.reshape(indices, (batches, -1, depth))  # (B, n, depth)
    place = xp.zeros(rows.shape[:2], dtype=xp.int64, device=rows.device)
    for i, n in enumerate(indexed):
        place = place * n + counted_from_the_start(rows[..., i], n)
    first = xp.arange(batches, dtype=xp.int64, device=rows.device) * math.prod(indexed)
    place = xp.reshape(place + xp.reshape(first, (batches, 1)), (-1,))
    flat = xp.reshape(x, (batches * math.prod(indexed), *rest))
    return xp.reshape(xp.take(flat, place, axis=0), (*indices.shape[:-1], *rest))


@operator("OneHot", host=(1, 2))
def one_hot(indices: Any, depth: Any, values: Any, *, axis: int = -1) -> Any:
    """Return the second value where the position along a new axis is the index, else the first."""
    n = ints(depth)[0]
    require_room([*indices.shape, n])
    if len(np.reshape(values, (-1,))) != 2 or n < 0:
        raise ArgumentError(
            f"depth must not be negative and values be two, got {n} and {values.shape}; export the "
            "model again"
        )
    xp = namespace(indices)
    off, on = values.reshape(-1).tolist()
    kind = getattr(xp, values.dtype.name)
    whole = xp.astype(indices, xp.int64, copy=False)
    hot = extra.one_hot(xp.where(whole < 0, whole + n, whole), n, kind, xp)
    if (off, on) != (0, 1):
        hot = xp.where(hot == 1, xp.full_like(hot, on), xp.full_like(hot, off))
    last = len(indices.shape)
    if not -last - 1 <= axis <= last:
        raise ArgumentError(
            f"axis must be from {-last - 1} to {last}, got {axis}; export the model again"
        )
    return xp.moveaxis(hot, -1, axis)


@operator("TopK", host=(1,), outputs=2, fixed=(0,))
def top_k(x: Any, k: Any, *, axis: int = -1, largest: int = 1, sorted: int = 1) -> Any:
    """Return the largest (or smallest) elements along an axis, in order, and where they were."""
    axis = axis_of(x, axis)
    count = ints(k)[0]
    if not 0 <= count <= x.shape[axis]:
        raise ShapeError(
            f"k must be from 0 to {x.shape[axis]}, got {count} for {tuple(x.shape)}; check the "
            "shape of the input"
        )
    xp = namespace(x)
    order = xp.argsort(x, axis=axis, descending=bool(largest), stable=True)
    order = xp.astype(order[cut(x, axis, slice(0, count))], xp.int64)
    return xp.take_along_axis(x, order, axis=axis), order


@operator("NonZero", host=(0,))
def non_zero(x: Any) -> Any:
    """Return where elements are not 0, (axes, n): how many there are, only the numbers tell."""
    require_room([len(x.shape), *x.shape])
    return np.stack(np.nonzero(x if x.shape else x.reshape(1))).astype(np.int64)
