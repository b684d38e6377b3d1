"""Reading a damaged file: what came of it, how long it took, how much memory, what it imported."""

from __future__ import annotations

import resource
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import NamedTuple

from xpnet.errors import DataError, ModelFileError

SECONDS = 2.0
BYTES = 200_000_000


class Outcome(NamedTuple):
    kind: str
    result: str  # the class of the error, or what `read` says: "the same model", "another model"
    seconds: float
    peak: int
    imported: list[str]


def attempt(
    kind: str,
    read: Callable[[], str],
    errors: tuple[type[Exception], ...] = (ModelFileError, DataError),
) -> Outcome:
    """Call `read`, which says what was in the file; any other error than those is raised."""
    modules = set(sys.modules)
    resident = _resident()
    tracemalloc.start()
    start = time.perf_counter()
    try:
        result = read()
    except errors as error:
        result = type(error).__name__
    finally:
        seconds = time.perf_counter() - start
        # the second sees what is allocated without Python, but only beyond all there was before
        peak = max(tracemalloc.get_traced_memory()[1], _resident() - resident)
        tracemalloc.stop()
    return Outcome(kind, result, seconds, peak, sorted(set(sys.modules) - modules))


def _resident() -> int:
    """Return the most memory that this process ever held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
