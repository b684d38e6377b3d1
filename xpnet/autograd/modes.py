"""Switches of the tape, one set per thread: recording on or off, watching for NaN."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["MODE", "detect_anomaly", "enable_grad", "is_grad_enabled", "no_grad"]


class _Mode(threading.local):
    recording: bool = True
    watching: bool = False


MODE = _Mode()


def is_grad_enabled() -> bool:
    """Tell whether operations on Tensors are being recorded in this thread."""
    return MODE.recording


@contextmanager
def _switch(name: str, value: bool) -> Iterator[None]:
    before = getattr(MODE, name)
    setattr(MODE, name, value)
    try:
        yield
    finally:
        setattr(MODE, name, before)


@contextmanager
def no_grad() -> Iterator[None]:
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
    with _switch("recording", False):
        yield


@contextmanager
def enable_grad() -> Iterator[None]:
    """Record again inside a :func:`no_grad` block."""
    with _switch("recording", True):
        yield


@contextmanager
def detect_anomaly() -> Iterator[None]:
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
    with _switch("watching", True):
        yield
