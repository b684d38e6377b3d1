"""Work of a device that is recorded once and replayed: what libraries offer of it, and its state.

While a function is recorded nothing is computed: what it asks of the device is written down, with
the addresses of all arrays, to be done at each replay. So nothing may look at values then, and what
is computed on the host (a learning rate, a random number) would stay as it is for good. Code for
which that matters asks :func:`recording`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

__all__ = ["Recorded", "Recording", "recording", "recording_begun"]


class Recorded(Protocol):
    """A function whose work on the device is recorded."""

    result: Any
    """What the function returned: its arrays have the values of the last replay."""

    def replay(self) -> None:
        """Do the work again, in the same memory; nobody waits for it."""


class Recording:
    """What is to be known while a function is recorded.

    Attributes
    ----------
    before_replay : list of callable
        Called without arguments before each replay, for what is computed on the host.
    """

    def __init__(self) -> None:
        self.before_replay: list[Callable[[], None]] = []


class _Current(threading.local):
    recording: Recording | None = None


_current = _Current()


def recording() -> Recording | None:
    """Return the recording that goes on in this thread, None if there is none.

    Examples
    --------
    >>> recording() is None
    True
    """
    return _current.recording


@contextmanager
def recording_begun() -> Iterator[Recording]:
    """Let a recording go on in a block; for libraries.

    Examples
    --------
    >>> with recording_begun() as begun:
    ...     recording() is begun
    True
    """
    before, _current.recording = _current.recording, Recording()
    try:
        yield _current.recording
    finally:
        _current.recording = before
