"""Pinned memory of the stand-in: memory of the host that the GPU reads by itself.

As in CuPy, one allocator serves all threads, nobody can ask which it is, and a pool gives out first
what it got back last.
"""

from __future__ import annotations

from itertools import count

import numpy as np

_addresses = count(1 << 40, 1 << 20)


class PinnedMemory:
    """Memory that goes back to the system."""

    def __init__(self, size, flags=0):
        self.size, self.ptr = size, next(_addresses) if size else 0


class PooledPinnedMemory(PinnedMemory):
    """Memory that goes back to its pool."""

    def __init__(self, mem, pool):
        self.size, self.ptr, self._pool = mem.size, mem.ptr, pool

    def __del__(self):
        self._pool.free.setdefault(self.size, []).append(self)


class PinnedMemoryPointer(bytearray):
    """Where memory is used from; NumPy makes arrays of it."""

    def __init__(self, mem, offset):
        super().__init__(max(mem.size, 1))
        self.mem, self.ptr = mem, mem.ptr + offset


class PinnedMemoryPool:
    """A pool of blocks whose sizes are powers of 2, from 512 bytes on."""

    def __init__(self):
        self.free = {}

    def malloc(self, size):
        size = max(512, 1 << (size - 1).bit_length())
        blocks = self.free.get(size)
        mem = blocks.pop() if blocks else PinnedMemory(size)
        return PinnedMemoryPointer(PooledPinnedMemory(mem, self), 0)

    def free_all_blocks(self):
        self.free.clear()


def from_the_system(size):
    return PinnedMemoryPointer(PinnedMemory(size), 0)


default_pool = PinnedMemoryPool()
_allocators = [default_pool.malloc]


def allocator():
    """Return the allocator, which CuPy does not tell."""
    return _allocators[0]


def set_pinned_memory_allocator(allocator=None):
    _allocators[0] = from_the_system if allocator is None else allocator


def alloc_pinned_memory(size):
    return allocator()(size)


def is_pinned(host):
    """Tell whether an array of NumPy lies in pinned memory."""
    while isinstance(host, np.ndarray):
        host = host.base
    return isinstance(getattr(host, "obj", host), PinnedMemoryPointer)
