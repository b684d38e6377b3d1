"""Devices, streams, memory and graphs of the stand-in.

Work is done at once, unless the current stream is being captured: then it is written down and
nothing is computed. A graph holds no array but those of its private pool: where something else
gave memory back that the graph uses, replaying it fails, which on a GPU would go unnoticed.
"""

from __future__ import annotations

import threading
import weakref
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple

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

    def synchronize(self):
        wait("Event.synchronize")

    @property
    def done(self):
        return True


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
def nobody_waits():
    """Raise wherever somebody waits for the GPU inside the block."""
    _forbidden.append(True)
    try:
        yield
    finally:
        _forbidden.pop()


def perform(work):
    """Do something on the GPU: now, or whenever the graph that is being captured is replayed."""
    stream = get_current_stream()
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


class Memory(np.ndarray):
    """Bytes of the GPU; those at both ends belong to nobody."""


ALIVE = weakref.WeakValueDictionary()
"""All memory there is, by the address of its first byte."""


def new_memory(size):
    """Return memory for so many bytes, filled with NaN (or -1), and edges around it."""
    memory = np.full(size + 2 * GUARD, 0xFF, np.uint8).view(Memory)
    ALIVE[memory.ctypes.data] = memory
    pool = thread().pools[-1]
    if pool is not None:
        pool.owned.append(memory)
    return memory


def memory_at(address):
    """Return the memory that has this address in it."""
    for first, memory in list(ALIVE.items()):
        if first <= address < first + memory.size:
            return memory
    raise AssertionError(f"nothing is at {address:#x}")


def require_intact(memories):
    for memory in memories:
        edges = (memory[:GUARD], memory[-GUARD:])
        assert all((edge == 0xFF).all() for edge in edges), "written outside of an array"


class MemoryPool:
    """Memory of its own; it stays as long as the pool."""

    def __init__(self, allocator=None):
        self.owned = []

    def malloc(self, size):
        raise NotImplementedError("only as the argument of using_allocator")

    def used_bytes(self):
        return sum(memory.size for memory in self.owned)

    total_bytes = used_bytes

    def free_all_blocks(self):
        pass


@contextmanager
def using_allocator(allocator):
    thread().pools.append(allocator.__self__)
    try:
        yield
    finally:
        thread().pools.pop()


class Place(NamedTuple):
    """Where an array lies, without keeping its memory."""

    memory: weakref.ref
    offset: int
    shape: tuple
    strides: tuple
    dtype: np.dtype

    def there(self):
        """Return the array, if its memory has not been given back."""
        memory = self.memory()
        assert memory is not None, "the graph uses memory that was given back"
        return np.ndarray(self.shape, self.dtype, memory, self.offset, self.strides)


def place_of(x):
    memory = x.memory
    offset = x.__array_interface__["data"][0] - memory.ctypes.data
    assert 0 <= offset <= memory.size, "not in its memory: an operation that the stand-in lacks"
    return Place(weakref.ref(memory), offset, x.shape, x.strides, x.dtype)


# ---- memory of the host --------------------------------------------------------------------------

_pinned = [None]


def alloc_pinned_memory(size):
    if _pinned[0] is not None:
        return _pinned[0](size)
    return bytearray(max(size, 1))


def set_pinned_memory_allocator(allocator=None):
    _pinned[0] = allocator
