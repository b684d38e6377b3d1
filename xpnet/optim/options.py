"""The options of the optimizers: which values make sense.

A name means the same in every optimizer, so one table serves all of them.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import Any

from ..errors import ArgumentError

__all__ = ["RANGES", "checked", "plain"]

RANGES: dict[str, tuple[float, str]] = {
    # option: (the first value that is too large, remedy); the smallest good value is 0 for all
    "lr": (math.inf, "a usual value is 1e-3"),
    "weight_decay": (math.inf, "a usual value is 1e-4, and 0 switches it off"),
    "momentum": (math.inf, "a usual value is 0.9, and 0 switches it off"),
    "dampening": (math.inf, "the usual value is 0"),
    "eps": (math.inf, "a usual value is 1e-8"),
    "lr_decay": (math.inf, "the usual value is 0"),
    "initial_accumulator_value": (math.inf, "the usual value is 0"),
    "alpha": (1.0, "a usual value is 0.99"),
    "betas": (1.0, "usual values are (0.9, 0.999)"),
    "tolerance_grad": (math.inf, "the usual value is 1e-7"),
    "tolerance_change": (math.inf, "the usual value is 1e-9"),
    "ns_steps": (100, "the usual value is 5"),
}


_PLAIN = frozenset((bool, int, float))


def checked(where: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return `options` with plain Python numbers, or say which one makes no sense and why.

    Examples
    --------
    >>> checked("SGD", {"lr": 0.1, "momentum": 0})
    {'lr': 0.1, 'momentum': 0}
    >>> checked("SGD", {"lr": -0.1})
    Traceback (most recent call last):
    xpnet.errors.ArgumentError: SGD: lr must be >= 0, got -0.1; a usual value is 1e-3
    """
    good = {name: plain(value) for name, value in options.items()}
    for name, value in good.items():
        if name not in RANGES:
            continue
        limit, remedy = RANGES[name]
        expected = ">= 0" if math.isinf(limit) else f"in [0, {limit:g})"
        if name == "betas":
            expected = f"two numbers {expected}"
            fits = isinstance(value, tuple) and len(value) == 2
            numbers_to_check = value if fits else ()
        else:
            fits, numbers_to_check = True, (value,)
        for number in numbers_to_check:
            fits = fits and isinstance(number, int | float) and 0 <= number < limit
        if not fits:
            raise ArgumentError(f"{where}: {name} must be {expected}, got {value!r}; {remedy}")
    return good


def plain(value: Any) -> Any:
    """Turn a number of another library into a Python number.

    A ``np.float64`` among the options would silently make float32 parameters float64.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list | tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, bool | int):
        return value
    return float(value) if isinstance(value, numbers.Real) else value
