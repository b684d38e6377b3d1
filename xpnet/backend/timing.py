"""How long a device works on something."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from ..errors import ArgumentError
from .device import Device, DeviceLike, as_device, device_of, synchronize
from .namespace import is_array, unwrap

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
        Without arguments. Let it return an array that it computes, or a tuple or list with one:
        that tells which device works.
    times : int
        How many calls are timed.
    warm_up : int
        How many calls come before, untimed: the first ones compile kernels and fill pools.
    on : str or Device, optional
        The device that works. Default: that of the array which the function returns, and if it
        returns none, the current device. If that is not the one that works, the times are those of
        asking for the work.

    Raises
    ------
    ArgumentError
        If the numbers of calls make no sense, or `on` is needed: without a call to warm up the
        device of the result is not known in time.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.ones((50, 50))
    >>> seconds = time_calls(lambda: x @ x, times=3)
    >>> len(seconds), all(s > 0 for s in seconds)
    (3, True)
    """
    _require("times", times, 1, "50 calls are usual")
    _require("warm_up", warm_up, 0, "5 calls are usual")
    found: Device | None = None
    for _ in range(warm_up):
        found = _where(function())
    target = as_device(on) if on is not None else found or as_device()
    unknown = on is None and not warm_up
    synchronize(target)
    library, native = target.library, target.native
    marks = [library.mark(native)]
    for _ in range(times):
        if unknown:
            _require_here(_where(function()), target)
        else:
            function()
        marks.append(library.mark(native))
    return [library.seconds_between(first, second) for first, second in pairwise(marks)]


def _where(result: Any) -> Device | None:
    """Return the device of an array, or of the first one in a tuple or list, if there is one."""
    for part in result if isinstance(result, list | tuple) else (result,):
        bare = unwrap(part)
        if is_array(bare):
            return device_of(bare)
    return None


def _require_here(found: Device | None, target: Device) -> None:
    if found is not None and found != target:
        raise ArgumentError(
            f"time_calls: on must be given with warm_up=0, got None, and a result on "
            f"{found.name!r} where the current device is {target.name!r}; write on={found.name!r}"
        )


def _require(argument: str, value: Any, least: int, remedy: str) -> None:
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not (whole and value >= least):
        raise ArgumentError(
            f"time_calls: {argument} must be a whole number >= {least}, got {value!r}; {remedy}"
        )
