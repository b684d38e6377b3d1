"""Memory that is used again, and the order in which images lie in it.

Fresh memory costs page faults, about 0.25 ms per MB: as much as computing what goes into it. A step
of training asks for the same sizes as the step before, so buffers are kept and given out again once
nothing refers to them. How many references there are, CPython counts; where nobody counts, memory
is simply allocated.

Results of convolution and pooling are logically (N, C, H, W) and lie in memory with the batch last,
(C, H, W, N). Then a row of the image is one run of W·N numbers, whatever the kernel, stride or
window: copies, maxima and sums run at the speed of memory, and flattening a batch for a dense
layer is a view. Functions of NumPy that work element by element keep the order by themselves.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from typing import Any

import numpy as np

from ...backend.memory import on_release
from ...typing import Array

__all__ = [
    "aligned",
    "block",
    "copy",
    "empty",
    "empty_like",
    "flat",
    "images",
    "is_whole",
    "release",
    "samples",
]

KEPT_BYTES = 1 << 28
"""At most so much memory is kept to be used again; beyond it, memory is allocated and returned."""

LEAST_BYTES = 1 << 15
"""Smaller arrays are left to the allocator, which is quick at them."""

_LINE = 64  # a line of the cache, and the widest vector of a processor

_PAGES = 32

_Buffer = tuple[Array, int]  # bytes, and where in them the first line of the cache begins

_kept: dict[int, list[_Buffer]] = {}
_total = 0
_lock = threading.Lock()


def _new(size: int) -> _Buffer:
    buffer = np.empty(size + _LINE, np.uint8)
    return buffer, -buffer.ctypes.data % _LINE


def _references(buffers: list[_Buffer], i: int) -> int:
    return sys.getrefcount(buffers[i][0])


_IDLE = _references([_new(1)], 0) if hasattr(sys, "getrefcount") else -1


def empty(shape: tuple[int, ...], dtype: Any) -> Array:
    """Return an array of undefined content, in memory that was used before if there is any."""
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    if size < LEAST_BYTES:
        return np.empty(shape, dtype)
    step = 1 << (size.bit_length() - 4)  # sizes are rounded up by an eighth at most, to be shared
    buffer, start = _take(-(-size // step) * step)
    return np.ndarray(shape, dtype, buffer, start)


def aligned(size: int, dtype: Any) -> Array:
    """Return one axis of undefined content that begins with a line of the cache.

    It is not used again: for what lives long, like the state of an optimizer.
    """
    dtype = np.dtype(dtype)
    buffer, start = _new(size * dtype.itemsize)
    return np.ndarray((size,), dtype, buffer, start)


def _take(size: int) -> _Buffer:
    global _total
    with _lock:
        buffers = _kept.setdefault(size, [])
        for i in range(len(buffers)):
            if _references(buffers, i) == _IDLE:
                # taken apart here: before the lock is open somebody must refer to the memory itself
                buffer, start = buffers[i]
                return buffer, start
        buffer, start = _new(size)
        if _total + size > KEPT_BYTES:
            _drop_idle()
        if _IDLE > 0 and _total + size <= KEPT_BYTES:
            _kept.setdefault(size, []).append((buffer, start))
            _total += size
        return buffer, start


def _forget() -> None:
    """Begin anew in the child of a fork: the lock may be held by a thread that is not there."""
    global _kept, _total, _lock
    _kept, _total, _lock = {}, 0, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _drop_idle() -> None:
    """Give back what nobody uses: the sizes of another network, or of the last, smaller batch."""
    global _total
    for size, buffers in list(_kept.items()):
        for i in reversed(range(len(buffers))):
            if _references(buffers, i) == _IDLE:
                del buffers[i]
                _total -= size
        if not buffers:
            del _kept[size]


def release() -> None:
    """Return the memory that is kept and not in use to the system."""
    with _lock:
        _drop_idle()


on_release(release)


def images(x: Array) -> Array:
    """Return the view with the batch last: (N, C, H, W) or (N, C, W) -> (C, H, W, N)."""
    return x.transpose(1, 2, 3, 0) if x.ndim == 4 else x.transpose(1, 2, 0)[:, None]


def samples(x: Array, ndim: int) -> Array:
    """Return the view with the batch first: (C, H, W, N) -> (N, C, H, W), or (N, C, W) for 3."""
    x = x.transpose(3, 0, 1, 2)
    return x if ndim == 4 else x[:, :, 0]


def copy(target: Array, source: Array) -> None:
    """Copy images (C, H, W, N); a few samples at a time where they lie far from each other.

    Each sample is on another page of memory then, and a processor remembers few of them.
    """
    step = _PAGES if source.strides[-1] > source.itemsize else max(1, source.shape[-1])
    for i in range(0, source.shape[-1], step):
        np.copyto(target[..., i : i + step], source[..., i : i + step])


def block(x: Array) -> Array:
    """Return images with the batch last as one block: (N, C, H, W) or (N, C, W) -> (C, H, W, N)."""
    x = images(x)
    if x.flags.c_contiguous:
        return x
    copied = empty(x.shape, x.dtype)
    copy(copied, x)
    return copied


def empty_like(x: Array) -> Array:
    """Return memory in which the axes lie in the same order as in `x`."""
    if x.flags.c_contiguous:
        return empty(x.shape, x.dtype)
    order = _order(x)
    back = sorted(range(x.ndim), key=order.__getitem__)
    return empty(tuple(x.shape[i] for i in order), x.dtype).transpose(back)


def is_whole(x: Array) -> bool:
    """Return whether the memory of `x` is without gaps, in whatever order its axes lie."""
    return bool(x.flags.c_contiguous or x.transpose(_order(x)).flags.c_contiguous)


def flat(x: Array) -> Array:
    """Return the memory of a whole array as one axis, in the order in which it lies."""
    return (x if x.flags.c_contiguous else x.transpose(_order(x))).reshape(-1)


def _order(x: Array) -> list[int]:
    return sorted(range(x.ndim), key=lambda i: -x.strides[i])
