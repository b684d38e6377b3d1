"""How long a device works on something."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from .device import DeviceLike, as_device, synchronize

__all__ = ["time_calls"]


def time_calls(
    function: Callable[[], object], times: int = 50, warm_up: int = 5, on: DeviceLike = None
) -> list[float]:
    """Call a function repeatedly and return the seconds that each call took.

    On a GPU the times are those between events in its queue, which nobody waits for while the calls
    go on: the queue runs as in a training. Where the GPU waits for the next call, that counts.

    Parameters
    ----------
    function : callable
        Without arguments; what it returns is dropped.
    times : int
        How many calls are timed.
    warm_up : int
        How many calls come before, untimed: the first ones compile kernels and fill pools.
    on : str or Device, optional
        The device that works. Default: the current one.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.ones((50, 50))
    >>> seconds = time_calls(lambda: x @ x, times=3)
    >>> len(seconds), all(s > 0 for s in seconds)
    (3, True)
    """
    target = as_device(on)
    for _ in range(warm_up):
        function()
    synchronize(target)
    library, native = target.library, target.native
    marks = [library.mark(native)]
    for _ in range(times):
        function()
        marks.append(library.mark(native))
    return [library.seconds_between(first, second) for first, second in pairwise(marks)]
