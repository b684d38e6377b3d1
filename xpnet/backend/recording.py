"""Work of a device that is recorded once and replayed: what libraries offer of it, and its state.

While a function is recorded nothing is computed: what it asks of the device is written down, with
the addresses of all arrays, to be done at each replay. So nothing may look at values then, and what
is computed on the host (a learning rate, a random number) would stay as it is for good. Code for
which that matters asks :func:`recording`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from ..typing import Array
from . import random

__all__ = ["Recorded", "Recorder", "Recording", "recording", "recording_begun"]


class Recorded(Protocol):
    """Work that was recorded."""

    def replay(self) -> None:
        """Do it again, in the same memory; nobody waits for it."""


class Recorder(AbstractContextManager["Recorder"], Protocol):
    """Records what a device is asked to do.

    It is entered before the first recording and left after the last replay: meanwhile all work of
    this thread goes the way that can be recorded.
    """

    def record(self, function: Callable[[Recording], None]) -> Recorded:
        """Record what a function asks of the device; it is not done.

        Arrays that the function makes have their values after each replay, as long as somebody
        holds them. Those that it finds must stay where they are.
        """

    def copy(self, source: Array, target: Array) -> None:
        """Write the values of an array into another one like it."""


class Recording:
    """What is to be known while a function is recorded.

    Parameters
    ----------
    lasting : callable, optional
        Returns a block whose memory is no part of the recording, for what is written from outside
        of it: other memory that the function asks for may lie where it has had something before.

    Attributes
    ----------
    before_replay : list of callable
        Called without arguments before each replay, for what is computed on the host.
    first_draw : int
        The number of the first random draw of the recording; in a replay it is that of
        ``random.get_state()``.
    notes : dict
        What parts of the library have to remember during the recording, under names of their own.
    """

    def __init__(self, lasting: Callable[[], AbstractContextManager[object]] = nullcontext) -> None:
        self.lasting = lasting
        self.before_replay: list[Callable[[], None]] = []
        self.first_draw = random.get_state()["draws"]
        self.notes: dict[str, Any] = {}


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
def recording_begun(begun: Recording) -> Iterator[Recording]:
    """Let a recording go on in a block; for libraries.

    Examples
    --------
    >>> with recording_begun(Recording()) as begun:
    ...     recording() is begun
    True
    """
    before, _current.recording = _current.recording, begun
    try:
        yield begun
    finally:
        _current.recording = before
