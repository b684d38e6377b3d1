"""Batches of the host that are on their way to a device while the loop works on the one before."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from ..backend import Uploader, library_of

__all__ = ["arriving", "is_host", "staged"]

Chosen = tuple[int, int, tuple[Any, ...]]
"""The first sample of a batch, the one after its last, and its arrays."""


def is_host(x: Any) -> bool:
    """Tell whether this is an array of NumPy, whose values are in the host's memory.

    Examples
    --------
    >>> is_host(np.ones(2)), is_host(1.0)
    (True, False)
    """
    return isinstance(x, np.ndarray) and library_of(x).host


def staged(batches: Iterator[Chosen], uploader: Uploader) -> Iterator[Chosen]:
    """Yield batches whose arrays lie where the device can fetch them; for a loader's thread."""
    for first, last, batch in batches:
        yield first, last, tuple(uploader.stage(x) if is_host(x) else x for x in batch)


def arriving(
    batches: Generator[Chosen, None, None], uploader: Uploader
) -> Generator[Chosen, None, None]:
    """Yield batches on the device; the copy of the next one has begun by then.

    Nothing is done in another thread here: what the loop asks of the device may be recorded.
    """
    waiting: tuple[int, int, list[tuple[Any, Any]]] | None = None
    try:
        for first, last, batch in batches:
            sent = [uploader.send(x) if is_host(x) else (x, None) for x in batch]
            if waiting is not None:
                yield _received(uploader, waiting)
            waiting = first, last, sent
        if waiting is not None:
            yield _received(uploader, waiting)
    finally:
        batches.close()


def _received(uploader: Uploader, waiting: tuple[int, int, list[tuple[Any, Any]]]) -> Chosen:
    first, last, sent = waiting
    for _, mark in sent:
        if mark is not None:
            uploader.receive(mark)
    return first, last, tuple(x for x, _ in sent)
