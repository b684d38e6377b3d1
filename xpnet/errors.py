"""Every exception a user of xpnet can meet.

A message has one form: *where: argument must be EXPECTED, got WHAT CAME; REMEDY*. Each class also
derives from the built-in exception a Python programmer would expect, so that ``except ValueError``
keeps working.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "AnomalyError",
    "ArgumentError",
    "AutogradError",
    "BackendError",
    "DTypeError",
    "DataError",
    "DeviceError",
    "ModelFileError",
    "OutOfMemoryError",
    "ShapeError",
    "XpnetError",
    "choose",
]


class XpnetError(Exception):
    """Base class of all xpnet exceptions."""


class ArgumentError(XpnetError, ValueError):
    """An argument has a value that makes no sense there."""


class ShapeError(XpnetError, ValueError):
    """An array has the wrong shape."""


class DTypeError(XpnetError, TypeError):
    """An array has the wrong data type."""


class DeviceError(XpnetError, RuntimeError):
    """A device is not available, or arrays of several libraries or devices met."""


class BackendError(XpnetError, RuntimeError):
    """An array library cannot do what was asked, or the object belongs to none."""


class ModelFileError(XpnetError, ValueError):
    """A model file is damaged, foreign, or does not fit the model."""


class DataError(XpnetError, ValueError):
    """Data are missing, empty, damaged or not what the task needs."""


class AutogradError(XpnetError, RuntimeError):
    """A derivative was asked for that cannot be computed."""


class AnomalyError(XpnetError, ArithmeticError):
    """A NaN appeared while :func:`xpnet.detect_anomaly` was watching, or training diverged."""


class OutOfMemoryError(XpnetError, MemoryError):
    """A device, or the computer, has no memory left for what was to be computed.

    Attributes
    ----------
    asked, used, total : int or None
        Bytes: what could not be had, what arrays (of the CPU: the process) took then, and what
        there is. None where the library cannot tell.
    """

    asked: int | None = None
    used: int | None = None
    total: int | None = None


def choose(where: str, argument: str, value: str, valid: Iterable[str]) -> str:
    """Return `value` if it is one of `valid`, else raise with the valid ones and the closest.

    Examples
    --------
    >>> choose("train", "optimizer", "adam", ["adam", "sgd"])
    'adam'
    >>> choose("train", "optimizer", "adm", ["adam", "sgd"])
    Traceback (most recent call last):
    xpnet.errors.ArgumentError: train: optimizer must be one of 'adam', 'sgd', got 'adm'; did you \
mean 'adam'?
    """
    names = sorted(valid)
    if value in names:
        return value
    import difflib  # only who has made a mistake waits for it

    close = difflib.get_close_matches(str(value), names, n=1) or _begun(str(value), names)
    remedy = f"; did you mean {close[0]!r}?" if close else "; choose one of those"
    listed = ", ".join(repr(name) for name in names)
    raise ArgumentError(f"{where}: {argument} must be one of {listed}, got {value!r}{remedy}")


def _begun(value: str, names: list[str]) -> list[str]:
    """Return the shortest of the names that begin with `value`, in a list; of none, no name."""
    begun = [name for name in names if value and name.startswith(value)]
    return sorted(begun, key=len)[:1]
