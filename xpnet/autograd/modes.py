"""Switches of the tape, one set per thread: recording on or off, watching for NaN, precision."""

from __future__ import annotations

import threading
from contextlib import ContextDecorator
from typing import Any, Self

__all__ = ["MODE", "as_they_come", "detect_anomaly", "enable_grad", "is_grad_enabled", "no_grad"]


class _Mode(threading.local):
    recording: bool = True
    watching: bool = False
    varied: tuple[Any, ...] = ()  # what the calls of grad() that are under way differentiate by
    precision: Any = None  # of the autocast block that is open, see precision.py
    special: bool = False  # either watching or in half precision: operators take the long way

    def refresh(self) -> None:
        """Note again whether anything but recording is to be done."""
        self.special = self.watching or self.precision is not None


MODE = _Mode()


def is_grad_enabled() -> bool:
    """Tell whether operations on Tensors are being recorded in this thread."""
    return MODE.recording


class _Switch(ContextDecorator):
    """A setting of this thread that holds inside a block or a decorated function."""

    _setting = ""
    _value: Any = False

    def __init__(self) -> None:
        self._before: list[Any] = []

    def _recreate_cm(self) -> Self:
        """Give each call of a decorated function its own memory: threads may overlap."""
        return type(self)()

    def __enter__(self) -> None:
        self._before.append(getattr(MODE, self._setting))
        setattr(MODE, self._setting, self._value)
        MODE.refresh()

    def __exit__(self, *error: object) -> None:
        setattr(MODE, self._setting, self._before.pop())
        MODE.refresh()


class no_grad(_Switch):  # noqa: N801 - reads as a statement: `with xn.no_grad():`
    """Do not record operations inside the block (or the decorated function).

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet.autograd import Tensor
    >>> w = Tensor(np.ones(2), requires_grad=True)
    >>> with no_grad():
    ...     (w * 2).requires_grad
    False
    """

    _setting = "recording"


class enable_grad(_Switch):  # noqa: N801
    """Record again inside a :class:`no_grad` block."""

    _setting = "recording"
    _value = True


class detect_anomaly(_Switch):  # noqa: N801
    """Raise :class:`~xpnet.errors.AnomalyError` where a NaN first appears, naming the operation.

    Every result and every gradient is inspected, which is slow: for debugging only. An operation
    whose own input already holds a NaN is not blamed for passing it on.

    Examples
    --------
    >>> import numpy as np
    >>> import xpnet as xn
    >>> w = xn.Tensor(np.asarray([-1.0]), requires_grad=True)
    >>> with np.errstate(invalid="ignore"), detect_anomaly():
    ...     y = xn.namespace(w).sqrt(w)
    Traceback (most recent call last):
    xpnet.errors.AnomalyError: sqrt: the result holds NaN although its inputs hold none; inputs: \
numpy array (1,) float64 on 'cpu'
    """

    _setting = "watching"
    _value = True


class as_they_come(_Switch):  # noqa: N801
    """Compute in the dtypes of the inputs inside an autocast block: what a walk back does."""

    _setting = "precision"
    _value = None
