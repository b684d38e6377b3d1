"""Recording on a GPU: a CUDA graph, captured from a stream.

The thread works on a stream of its own meanwhile, because the default stream cannot be captured;
so nothing has to be ordered between streams but at the beginning and at the end.

A graph keeps addresses, not arrays. What is made while it is captured comes from a memory pool that
belongs to the graph, so nobody else is given those addresses; CuPy has no such pools by itself.
Nor does a pool that nobody holds give its memory back: it is kept here until its arrays are gone.
"""

from __future__ import annotations

import gc
import importlib
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any

from ...errors import BackendError
from ...typing import Array, NativeDevice
from ..recording import Recorded, Recording, recording, recording_begun

__all__ = ["CuPyRecorder", "give_back", "of_the_host"]


TRIES = 10
"""Other threads may take a block in between."""

PORTABLE = 1
"""``cudaHostAllocPortable``: pinned memory for all GPUs."""


class _Streams(threading.local):
    """The stream of each GPU that this thread records from; cuBLAS keeps memory for each."""

    def __init__(self) -> None:
        self.of: dict[int, Any] = {}


_streams = _Streams()


_one_at_a_time = threading.RLock()
"""Held while something is recorded: CuPy's allocator of pinned memory is that of all threads."""


_pools: list[tuple[Any, NativeDevice]] = []
"""Pools of graphs that are gone, and their GPUs: somebody may still hold arrays of them."""


def give_back() -> None:
    """Give the GPU what no array needs any more of the memory of graphs that are gone."""
    for pair in list(_pools):
        pool, device = pair
        with device:
            pool.free_all_blocks()
            empty = not pool.used_bytes()
        if empty:
            with suppress(ValueError):  # another thread may have been faster
                _pools.remove(pair)


def _retire(pool: Any, device: NativeDevice) -> None:
    _pools.append((pool, device))
    if recording() is None:  # CUDA frees nothing in the middle of a capture
        give_back()


def of_the_host() -> BackendError:
    """Return the error for arrays made of numbers of the host: at a replay these would be gone."""
    return BackendError(
        "record: an array is made of numbers on the host, which cannot be recorded; make it "
        "before, or let the device compute it"
    )


class _Graph:
    """A graph and the memory that it works in."""

    def __init__(self, graph: Any, pool: Any, device: NativeDevice) -> None:
        self.graph, self.pool = graph, pool
        weakref.finalize(self, _retire, pool, device).atexit = False

    def replay(self) -> None:
        """Launch it on the current stream."""
        self.graph.launch()


class CuPyRecorder:
    """Captures CUDA graphs on one GPU; see :class:`xpnet.backend.Recorder`."""

    def __init__(self, device: NativeDevice) -> None:
        self._cupy = importlib.import_module("cupy")
        self.device = device
        if device.id not in _streams.of:
            with device:
                _streams.of[device.id] = self._cupy.cuda.Stream(non_blocking=True)
        self.stream = _streams.of[device.id]
        self._entered: ExitStack | None = None

    def __enter__(self) -> CuPyRecorder:
        """Let the work of this thread go to the stream, after what is queued already."""
        self._entered = ExitStack()
        self._entered.enter_context(self.device)
        self.stream.wait_event(self._cupy.cuda.get_current_stream().record())
        self._entered.enter_context(self.stream)
        return self

    def __exit__(self, *error: object) -> None:
        """Wait for the work, and go back to the stream before."""
        if self._entered is not None:
            self._entered.close()
            self._entered = None
            self.stream.synchronize()
            give_back()  # what a recording that failed has left

    def record(self, function: Callable[[Recording], None]) -> Recorded:
        """Capture what a function asks of the GPU.

        Raises
        ------
        Exception
            Whatever the function raises, or CUDA, which cannot capture everything. The stream can
            be used again.
        """
        with _one_at_a_time:
            return self._recorded(function)

    def _recorded(self, function: Callable[[Recording], None]) -> Recorded:
        cuda = self._cupy.cuda
        gc.collect()  # what is freed while the stream is captured may disturb it
        self._make_room()
        pool = cuda.MemoryPool(self._taken)
        with self._no_copies_from_the_host():
            self.stream.begin_capture()
            try:
                begun = Recording(self._lasting)
                with cuda.using_allocator(pool.malloc), recording_begun(begun):
                    function(begun)
            except BaseException:
                with suppress(Exception):  # CUDA may have given the capture up already
                    self.stream.end_capture()
                _retire(pool, self.device)
                raise
            try:
                graph = self.stream.end_capture()
            except BaseException:
                _retire(pool, self.device)
                raise
        return _Graph(graph, pool, self.device)

    def _make_room(self) -> None:
        """Give the GPU the memory that nobody uses: the recording takes none from other pools."""
        give_back()
        self.stream.synchronize()
        self._cupy.get_default_memory_pool().free_all_blocks()

    def _taken(self, size: int) -> Any:
        """Take memory from the GPU for the pool of a recording.

        The pool would answer CUDA's own error by giving back what lies idle, though its addresses
        are recorded; so it gets another one.
        """
        cuda = self._cupy.cuda
        try:
            return cuda.MemoryPointer(cuda.Memory(size), 0)
        except cuda.runtime.CUDARuntimeError as error:
            raise BackendError(
                f"record: the GPU must have {size} more bytes for a recording, got {error}; take "
                "smaller batches, or leave recording (capture=True) out"
            ) from error

    def _lasting(self) -> AbstractContextManager[object]:
        allocator = self._cupy.get_default_memory_pool().malloc
        block: AbstractContextManager[object] = self._cupy.cuda.using_allocator(allocator)
        return block

    @contextmanager
    def _no_copies_from_the_host(self) -> Iterator[None]:
        """Refuse arrays that CuPy makes of numbers of the host, on the way through its pool."""
        cuda, thread = self._cupy.cuda, threading.get_ident()
        usual, given = self._pinned_allocator()

        def refuse(size: int) -> Any:
            if threading.get_ident() != thread:
                return usual(size)
            raise of_the_host()

        cuda.set_pinned_memory_allocator(refuse)
        try:
            yield
        finally:
            cuda.set_pinned_memory_allocator(given)

    def _pinned_allocator(self) -> tuple[Callable[[int], Any], Any]:
        """Return the allocator of pinned memory, and what it was set by.

        CuPy tells nobody which it is. That of its own pool is known by what it gives: the block
        that the pool got back last.
        """
        cuda, pool = self._cupy.cuda, self._cupy.get_default_pinned_memory_pool()
        for _ in range(TRIES):
            last = pool.malloc(1).ptr
            if cuda.alloc_pinned_memory(1).ptr == last:
                return pool.malloc, pool.malloc
        if type(cuda.alloc_pinned_memory(1).mem) is cuda.PinnedMemory:  # of no pool

            def from_the_system(size: int) -> Any:
                return cuda.PinnedMemoryPointer(cuda.PinnedMemory(size, PORTABLE), 0)

            return from_the_system, None
        raise BackendError(
            "record: CuPy's allocator of pinned memory must be that of its own pool, got another, "
            "which could not be put back after the recording; call "
            "cupy.cuda.set_pinned_memory_allocator(cupy.get_default_pinned_memory_pool().malloc), "
            "or leave recording (capture=True) out"
        )

    def copy(self, source: Array, target: Array) -> None:
        """Copy on the GPU."""
        target[...] = source
