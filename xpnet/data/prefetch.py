"""A background thread that stays a few items ahead of the loop that consumes them."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

__all__ = ["prefetched"]

T = TypeVar("T")


@dataclass(frozen=True)
class _Failure:
    error: BaseException


_END = object()


def prefetched(items: Iterator[T], ahead: int) -> Generator[T, None, None]:
    """Yield `items`, computed by a thread that is at most `ahead` items in front.

    Parameters
    ----------
    items : iterator
        Advanced by the thread alone. It must itself set what is current in a thread, such as the
        device: a thread does not inherit that.
    ahead : int
        Items that may wait, at least 1. They bound the memory that is held.

    Yields
    ------
    object
        In order. An exception of `items` is raised here, at its place.

    Notes
    -----
    The thread starts with the first item and has ended when the generator has: at the end, at an
    exception, or when the consumer breaks off the loop.

    Examples
    --------
    >>> list(prefetched(iter("abc"), ahead=2))
    ['a', 'b', 'c']
    """
    ready: SimpleQueue[Any] = SimpleQueue()
    free_places = threading.Semaphore(ahead)
    stopped = threading.Event()

    def work() -> None:
        try:
            item: Any = None
            while item is not _END:
                free_places.acquire()
                if stopped.is_set():
                    return
                item = next(items, _END)
                ready.put(item)
        except BaseException as error:  # not lost with the thread: raised in the consumer
            ready.put(_Failure(error))

    thread = threading.Thread(target=work, name="xpnet-prefetch", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not _END:
            if isinstance(item, _Failure):
                raise item.error
            free_places.release()
            yield item
    finally:
        stopped.set()
        free_places.release()  # wakes a thread that waits for a place
        thread.join()
