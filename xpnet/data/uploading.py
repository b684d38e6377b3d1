"""Batches of the host that are on their way to a device while the loop works on the one before."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from ..backend import Uploader, library_of

__all__ = ["arriving", "is_host", "staged"]

Chosen = tuple[int, int, tuple[Any, ...]]
"""The first sample of a batch, the one after its last, and its arrays."""

Sent = tuple[int, int, list[tuple[Any, Any]]]
"""The same with each array a pair: what is being written to, and the mark of its copy."""


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
    under_way: list[Sent] = []
    try:
        for first, last, batch in batches:
            sent = [uploader.send(x) if is_host(x) else (x, None) for x in batch]
            under_way.append((first, last, sent))
            if len(under_way) > 1:
                yield _received(uploader, under_way.pop(0))
        while under_way:
            yield _received(uploader, under_way.pop(0))
    finally:
        # the memory of a batch that nobody will have must not be given away before it is there
        for item in under_way:
            _received(uploader, item)
        batches.close()


def _received(uploader: Uploader, item: Sent) -> Chosen:
    first, last, sent = item
    for _, mark in sent:
        if mark is not None:
            uploader.receive(mark)
    return first, last, tuple(x for x, _ in sent)
