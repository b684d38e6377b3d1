"""Work on parts of a batch in several threads.

NumPy releases the GIL in copies, ufuncs and matrix products, so Python threads share the cores, and
other than with BLAS' own threads everything runs in parallel, not just the products. OpenBLAS is
held to one thread meanwhile: two pools of threads on the same cores slow each other down. Where it
cannot be held (NumPy was built with another BLAS), the parts are worked on one after the other, and
BLAS may use its threads.

How a batch is cut never depends on the number of threads, so neither do results.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...typing import Array

__all__ = ["cut", "cut_first_axis", "get_num_threads", "one_blas_thread", "run", "set_num_threads"]

PART_BYTES = 1 << 20
"""Channels or samples are worked on in parts of about this size, or one by one."""

FEW = 6
"""Fewer parts than this are not shared, unless they are products: waking a thread takes 0.1 ms."""

_NOTHING = object()

_jobs: SimpleQueue[_Job] = SimpleQueue()
_workers = 0
_inside = threading.local()
_holding = threading.Lock()
_holders = 0
_before = 1


def _default() -> int:
    wanted = os.environ.get("XPNET_NUM_THREADS", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    available = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(available(0)) if available else os.cpu_count() or 1


_threads = _default()


def get_num_threads() -> int:
    """Return how many threads work on a batch of NumPy arrays.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.get_num_threads() >= 1
    True
    """
    return _threads


def set_num_threads(n: int) -> None:
    """Set how many threads work on a batch of NumPy arrays.

    Results do not depend on it. Other libraries have settings of their own.

    Parameters
    ----------
    n : int
        At least 1. Default: the environment variable ``XPNET_NUM_THREADS``, or the number of cores.

    Raises
    ------
    ArgumentError
        If `n` is not a positive integer.

    Examples
    --------
    >>> import xpnet as xn
    >>> before = xn.get_num_threads()
    >>> xn.set_num_threads(1)
    >>> xn.get_num_threads()
    1
    >>> xn.set_num_threads(before)
    """
    global _threads
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise ArgumentError(
            f"set_num_threads: n must be an integer >= 1, got {n!r}; the number of cores is usual"
        )
    _threads = n


def run(work: Callable[[Any], None], parts: Sequence[Any], *, products: bool = True) -> None:
    """Call `work` for each part, in any order; `products` says whether it multiplies matrices."""
    few = len(parts) < (2 if products else FEW)
    alone = few or _threads < 2 or getattr(_inside, "run", False)
    with one_blas_thread if products else nullcontext():
        # the products of one part are too small to be shared
        if alone or (products and _openblas() is None):
            for part in parts:
                work(part)
        else:
            _Job(work, parts).run(min(_threads, len(parts)) - 1)


def cut(size: int, step: int) -> list[slice]:
    """Cut a range into slices of about `step`; an even number, which two cores share evenly."""
    count = -(-size // max(1, step))
    count = min(size, count + count % 2 if count > 1 else count)
    return [slice(i * size // count, (i + 1) * size // count) for i in range(count)]


def cut_first_axis(a: Array) -> list[slice]:
    """Cut an array along its first axis, of channels or samples, into parts for a cache."""
    return cut(len(a), PART_BYTES // (a[0].size * a.itemsize))


class _Job:
    """Parts that whoever has time takes one after the other."""

    def __init__(self, work: Callable[[Any], None], parts: Sequence[Any]) -> None:
        self.work = work
        self.todo = iter(parts)
        self.left = len(parts)
        self.lock = threading.Lock()
        self.done = threading.Lock()
        self.error: BaseException | None = None

    def run(self, helpers: int) -> None:
        """Work on it here and in so many other threads, until the last part is done.

        A helper that comes when all parts are taken finds nothing to do, and nobody waits for it.
        """
        self.done.acquire()
        _call_workers(self, helpers)
        self.take()
        self.done.acquire()
        if self.error is not None:
            raise self.error

    def take(self) -> None:
        _inside.run = True
        while True:
            with self.lock:
                part = next(self.todo, _NOTHING)
            if part is _NOTHING:
                break
            try:
                if self.error is None:
                    self.work(part)
            except BaseException as error:
                self.error = error
            with self.lock:
                self.left -= 1
                if self.left == 0:
                    self.done.release()
        _inside.run = False


def _call_workers(job: _Job, count: int) -> None:
    global _workers
    if _workers < count:
        with _holding:
            for i in range(_workers, count):
                threading.Thread(target=_wait_for_jobs, name=f"xpnet-{i}", daemon=True).start()
            _workers = max(_workers, count)
    for _ in range(count):
        _jobs.put(job)


def _wait_for_jobs() -> None:
    while True:
        _jobs.get().take()


class _OneBlasThread:
    """Hold OpenBLAS to one thread, until the last of those who ask for it is done.

    A class, because a generator takes three times as long, and this is done for every product.
    """

    def __enter__(self) -> None:
        global _holders, _before
        blas = _openblas()
        with _holding:
            if _holders == 0 and blas is not None:
                get, set_ = blas
                _before = get()
                if _before > 1:
                    set_(1)
            _holders += 1

    def __exit__(self, *error: object) -> None:
        global _holders
        blas = _openblas()
        with _holding:
            _holders -= 1
            if _holders == 0 and blas is not None and _before > 1:
                blas[1](_before)


one_blas_thread = _OneBlasThread()


@lru_cache(maxsize=1)
def _openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """Find the functions by which the OpenBLAS inside NumPy's wheel gets and sets its threads."""
    package = Path(np.__file__).parent
    folders = (package.parent / "numpy.libs", package / ".dylibs", package / ".libs")
    for path in (p for folder in folders if folder.is_dir() for p in folder.glob("*openblas*")):
        try:
            library = ctypes.CDLL(str(path))
        except OSError:
            continue
        for name in ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads64_",
                     "scipy_openblas_{}_num_threads", "openblas_{}_num_threads"):  # fmt: skip
            get = getattr(library, name.format("get"), None)
            set_ = getattr(library, name.format("set"), None)
            if get is not None and set_ is not None:
                get.restype, set_.restype = ctypes.c_int, None
                set_.argtypes = [ctypes.c_int]
                return get, set_
    return None


if hasattr(os, "register_at_fork"):

    def _forget_workers() -> None:
        """Threads do not survive a fork, nor do those who held OpenBLAS to one thread."""
        global _jobs, _workers, _holding, _holders
        blas = _openblas() if _holders else None
        if blas is not None:
            blas[1](_before)
        _jobs, _workers, _holding, _holders = SimpleQueue(), 0, threading.Lock(), 0

    os.register_at_fork(after_in_child=_forget_workers)
