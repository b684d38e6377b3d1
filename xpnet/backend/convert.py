"""Moving values between Python, NumPy, libraries and devices."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ArgumentError, AutogradError
from ..typing import Array
from .device import Device, DeviceLike, as_device
from .dtypes import DEFAULT_FLOAT, dtype_of
from .library import library_of, library_of_type
from .namespace import is_tensor, unwrap

__all__ = ["asarray", "shares_home", "to_device", "to_numpy"]


def to_numpy(x: Any) -> np.ndarray:
    """Return the values as a NumPy array; it may share memory with `x`, so do not write to it.

    Examples
    --------
    >>> to_numpy([1.0, 2.0])
    array([1., 2.])
    """
    x = unwrap(x)
    library = library_of_type(type(x))
    return np.asarray(x) if library is None else np.asarray(library.to_numpy(x))


def asarray(obj: Any, dtype: Any = None, device: DeviceLike = None) -> Array:
    """Return an array of the current (or given) device's library.

    Parameters
    ----------
    obj : array of any library, nested list, or number
    dtype : str or data type, optional
        Default: kept; Python floats become float32, Python ints int64.
    device : str or Device, optional
        Default: the current device.

    Raises
    ------
    AutogradError
        If `obj` is a Tensor that requires a gradient: the result is a bare array.
    ArgumentError
        If `obj` does not hold numbers, or its rows differ in length.

    Examples
    --------
    >>> asarray([0.5, 1.5])
    array([0.5, 1.5], dtype=float32)
    """
    if is_tensor(obj) and obj.requires_grad:
        raise AutogradError(
            "asarray: obj must not require a gradient, which would be lost, got a Tensor that "
            "does; take its array with .data, or stay on the tape with "
            "xpnet.namespace(x).asarray(x)"
        )
    target = as_device(device)
    obj = unwrap(obj)
    if library_of_type(type(obj)) is None:
        host = _regular(obj)
        if host.dtype == np.float64 and dtype is None:
            host = host.astype(DEFAULT_FLOAT)
        moved = target.library.from_numpy(host, target.native)
    else:
        moved = _move(obj, target)
    if dtype is None:
        return moved
    xp = target.library.xp
    return xp.astype(moved, dtype_of(xp, dtype), copy=False)


def _regular(obj: Any) -> np.ndarray:
    try:
        host = np.asarray(obj)
    except ValueError:
        host = None
    if host is None or host.dtype.kind in "OSUMm":  # objects, text, dates
        raise ArgumentError(
            f"asarray: obj must be numbers in a regular shape, got {type(obj).__name__}; "
            "make all rows equally long, or convert the object to a NumPy array first"
        )
    return host


def _move(x: Array, target: Device) -> Array:
    source = library_of(x)
    x = source.untaped(x)
    if source is not target.library:
        return target.library.from_numpy(source.to_numpy(x), target.native)
    if source.device(x) == target.native:
        return x
    return source.transfer(x, target.native)


def to_device(obj: Any, device: DeviceLike) -> Any:
    """Move an array, a Tensor, a module, or a list, tuple or dict of those.

    Modules are moved in place and returned; everything else is returned anew (arrays that are
    already there are returned as they are). A moved Tensor is a new leaf: the tape does not
    cross devices. Tensors of PyTorch leave PyTorch's own graph.

    Examples
    --------
    >>> to_device({"x": np.ones(2)}, "cpu")
    {'x': array([1., 1.])}
    """
    target = as_device(device)
    if isinstance(obj, dict):
        return {key: to_device(value, target) for key, value in obj.items()}
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return type(obj)(*(to_device(value, target) for value in obj))
    if isinstance(obj, list | tuple):
        return type(obj)(to_device(value, target) for value in obj)
    if is_tensor(obj):
        return obj if _on(obj, target) else obj.with_array(_move(unwrap(obj), target))
    if library_of_type(type(obj)) is not None:
        return _move(obj, target)
    if hasattr(obj, "to"):
        return obj.to(target)
    return obj


def _on(x: Array, target: Device) -> bool:
    bare = unwrap(x)
    library = library_of(bare)
    return library is target.library and library.device(bare) == target.native


def shares_home(x: Array, y: Array) -> bool:
    """Tell whether two arrays live in the same library and on the same device.

    Examples
    --------
    >>> shares_home(np.ones(2), np.zeros(3))
    True
    """
    x, y = unwrap(x), unwrap(y)
    library = library_of(x)
    return library is library_of(y) and library.device(x) == library.device(y)
