"""Devices, streams, memory and graphs of the stand-in.

Work is done at once, unless the current stream is being captured: then it is written down and
nothing is computed. A graph holds no array, but addresses. Memory from a pool of its own is given
out again as CuPy does it, also during the capture; where other memory was given back that the graph
uses, replaying it fails, which on a GPU would go unnoticed.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections import Counter
from contextlib import contextmanager
from itertools import count

import numpy as np

GUARD = 256


class WaitingError(AssertionError):
    """Somebody waited for the GPU where nobody may."""


class _Thread(threading.local):
    def __init__(self):
        self.devices = [Device(0)]
        self.streams = [Stream.null]
        self.pools = [None]


class Device:
    """A GPU; as a context manager, the current one inside."""

    def __init__(self, number=None):
        self.id = thread().devices[-1].id if number is None else number

    compute_capability = "90"

    def __eq__(self, other):
        return isinstance(other, Device) and self.id == other.id

    def __hash__(self):
        return self.id

    def __repr__(self):
        return f"<CUDA Device {self.id}>"

    def __enter__(self):
        thread().devices.append(self)
        return self

    def __exit__(self, *error):
        thread().devices.pop()

    def synchronize(self):
        wait("Device.synchronize")


class Event:
    """A mark in a stream."""

    def __init__(self, block=False, disable_timing=False):
        self.recorded = None
        self.ptr = id(self)

    def record(self, stream=None):
        self.recorded = stream or get_current_stream()
        self.seconds = time.perf_counter()

    def synchronize(self):
        wait("Event.synchronize")

    @property
    def done(self):
        return True


def get_elapsed_time(first, second):
    """Return the milliseconds between two events."""
    return 1e3 * (second.seconds - first.seconds)


class Stream:
    """A queue of work, which is done at once."""

    numbers = count(1)

    def __init__(self, null=False, non_blocking=False, ptds=False, priority=None):
        self.ptr = 0 if null else next(Stream.numbers)
        self.tape = None
        self.waited_for = []

    def __enter__(self):
        thread().streams.append(self)
        return self

    def __exit__(self, *error):
        thread().streams.pop()

    def begin_capture(self, mode=None):
        assert self.ptr, "the default stream cannot be captured"
        assert self.tape is None
        self.tape = []

    def end_capture(self):
        tape, self.tape = self.tape, None
        return Graph(tape)

    def is_capturing(self):
        return self.tape is not None

    def record(self, event=None):
        event = event or Event()
        event.record(self)
        return event

    def wait_event(self, event):
        assert event.recorded is not None, "an event that was never recorded is over already"
        self.waited_for.append(event)

    def synchronize(self):
        wait("Stream.synchronize")


Stream.null = Stream(null=True)


class Graph:
    """Work that was recorded."""

    def __init__(self, tape):
        self.tape = tape

    def launch(self, stream=None):
        assert not get_current_stream().is_capturing()
        launched["graphs"] += 1
        for work in self.tape:
            work()

    def upload(self, stream=None):
        pass


_local = _Thread()


def thread():
    return _local


def get_current_stream(device_id=-1):
    return thread().streams[-1]


# ---- waiting -------------------------------------------------------------------------------------

_forbidden = []


def wait(what):
    """Wait for the GPU: nobody may while a stream is captured, or inside `nobody_waits`."""
    if get_current_stream().is_capturing():
        raise RuntimeError(f"cudaErrorStreamCaptureUnsupported: {what} while a stream is captured")
    if _forbidden:
        raise WaitingError(f"{what} waits for the GPU")
    waits.append(what)


waits = []
"""What has waited so far."""


@contextmanager
def somebody_may_wait():
    """Let it be inside a block of `nobody_waits`."""
    before, _forbidden[:] = _forbidden[:], []
    try:
        yield
    finally:
        _forbidden[:] = before


@contextmanager
def nobody_waits():
    """Raise wherever somebody waits for the GPU inside the block."""
    _forbidden.append(True)
    try:
        yield
    finally:
        _forbidden.pop()


launched = Counter()
"""How often work was done at once, recorded, and how often a graph was launched."""


def perform(work):
    """Do something on the GPU: now, or whenever the graph that is being captured is replayed."""
    stream = get_current_stream()
    launched["now" if stream.tape is None else "recorded"] += 1
    if stream.tape is None:
        with np.errstate(all="ignore"):
            work()
    else:
        stream.tape.append(_quietly(work))


def _quietly(work):
    def quiet():
        with np.errstate(all="ignore"):
            work()

    return quiet


# ---- memory --------------------------------------------------------------------------------------


class Memory:
    """Bytes of the GPU; those at both ends belong to nobody.

    Once nobody holds it, its bytes are given to others: by the pool that it is from, or by NumPy.
    """

    def __init__(self, bytes_, pool):
        self.bytes = bytes_
        self.pooled = bytes_ if pool is not None else None
        if pool is not None:
            weakref.finalize(self, pool.free.append, bytes_)


ALIVE = weakref.WeakValueDictionary()
"""All memory there is, by the address of its first byte."""


def new_memory(size):
    """Return memory for so many bytes with edges around it; new bytes are NaN (or -1)."""
    pool = thread().pools[-1]
    bytes_ = None if pool is None else pool.take(size + 2 * GUARD)
    if bytes_ is None:
        bytes_ = np.full(size + 2 * GUARD, 0xFF, np.uint8)
    memory = ALIVE[bytes_.ctypes.data] = Memory(bytes_, pool)
    return memory


def memory_at(address):
    """Return the memory that has this address in it."""
    for first, memory in list(ALIVE.items()):
        if first <= address < first + memory.bytes.size:
            return memory
    raise AssertionError(f"nothing is at {address:#x}")


def require_intact(bytes_):
    for edge in (bytes_[:GUARD], bytes_[-GUARD:]):
        assert (edge == 0xFF).all(), "written outside of an array"


class CUDARuntimeError(RuntimeError):
    """What CUDA says when something fails."""


CUDARuntimeError.__module__ = "cupy_backends.cuda.api.runtime"

RESERVED = {}
"""What the pools have of the GPU, by the address of its first byte."""


class RawMemory:
    """Memory of the GPU itself, which is asked for when a pool has none that fits."""

    most = 1 << 40

    def __init__(self, size):
        if sum(bytes_.size for bytes_ in RESERVED.values()) + size > RawMemory.most:
            raise CUDARuntimeError("cudaErrorMemoryAllocation: out of memory")
        self.bytes = np.full(size, 0xFF, np.uint8)


class MemoryPointer:
    """Where memory is used from."""

    def __init__(self, mem, offset):
        self.mem = mem


class MemoryPool:
    """Memory of its own, given out again where it fits.

    It goes back to the GPU by `free_all_blocks` only: a pool of CuPy 14 that nobody holds any more
    keeps what it has.
    """

    def __init__(self, allocator=None):
        self.free, self.owned = [], []
        self.allocator = allocator or (lambda size: MemoryPointer(RawMemory(size), 0))

    def malloc(self, size):
        raise NotImplementedError("only as the argument of using_allocator")

    def take(self, size):
        for place, bytes_ in enumerate(self.free):
            if bytes_.size == size:
                return self.free.pop(place)
        try:
            new = self.allocator(size).mem.bytes
        except CUDARuntimeError:  # once more, without what is kept for others
            self.free_all_blocks()
            new = self.allocator(size).mem.bytes
        self.owned.append(new)
        RESERVED[new.ctypes.data] = new
        return new

    def total_bytes(self):
        return sum(bytes_.size for bytes_ in self.owned)

    def used_bytes(self):
        return self.total_bytes() - sum(bytes_.size for bytes_ in self.free)

    def free_all_blocks(self):
        wait("MemoryPool.free_all_blocks")
        self.emptied += 1
        while self.free:
            bytes_ = self.free.pop()
            RESERVED.pop(bytes_.ctypes.data, None)
            self.owned = [kept for kept in self.owned if kept is not bytes_]

    emptied = 0


default_pool = MemoryPool()


@contextmanager
def using_allocator(allocator):
    pool = allocator.__self__
    thread().pools.append(None if pool is default_pool else pool)
    try:
        yield
    finally:
        thread().pools.pop()


class Held:
    """Memory that a graph knows the address of, without keeping it."""

    def __init__(self, memory):
        self.memory, self.pooled = weakref.ref(memory), memory.pooled

    def there(self):
        """Return its bytes, unless somebody gave them back."""
        if self.pooled is not None:
            there = RESERVED.get(self.pooled.ctypes.data) is self.pooled
            assert there, "the graph uses memory that its pool has given back to the GPU"
            return self.pooled
        memory = self.memory()
        assert memory is not None, "the graph uses memory that was given back"
        return memory.bytes


class Place:
    """Where an array lies."""

    def __init__(self, memory, offset, shape, strides, dtype):
        assert 0 <= offset <= memory.bytes.size, "an operation that the stand-in lacks"
        self.memory = Held(memory)
        self.rest = (offset, strides)
        self.kind = (shape, dtype)

    def there(self):
        """Return the array."""
        return np.ndarray(*self.kind, self.memory.there(), *self.rest)


def place_of(x):
    offset = x.__array_interface__["data"][0] - x.memory.bytes.ctypes.data
    return Place(x.memory, offset, x.shape, x.strides, x.dtype)
