"""Comparing arrays: library, data type, device and shape before values."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import device_of, dtype_name, to_numpy, unwrap

__all__ = ["assert_close"]

_TOLERANCE = {"float16": 1e-2, "bfloat16": 3e-2, "float32": 1e-5, "float64": 1e-10}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    check_home: bool = True,
) -> None:
    """Raise an AssertionError unless two arrays agree.

    Parameters
    ----------
    actual : array or Tensor
    expected : array, Tensor or numbers
        If it is an array of the same kind as `actual`, library and device must agree as well; a
        NumPy array or plain numbers are compared by dtype, shape and value only.
    rtol, atol : float, optional
        Tolerances relative to the value and absolute; both default to 1e-5 for float32 and 1e-10
        for float64, 0 for integers.
    check_home : bool
        Whether dtype, library and device must agree.

    Examples
    --------
    >>> assert_close(np.float32([1.0, 2.0]), np.float32([1.0, 2.0]))
    >>> assert_close(np.float32([1.0]), np.float64([1.0]))
    Traceback (most recent call last):
    AssertionError: dtype is float32, expected float64
    """
    actual, expected = unwrap(actual), unwrap(expected)
    if check_home and hasattr(expected, "dtype"):
        _same("dtype", dtype_name(actual.dtype), dtype_name(expected.dtype))
        if not isinstance(expected, np.ndarray | np.generic):
            _same("device", device_of(actual).name, device_of(expected).name)
    a, b = to_numpy(actual), to_numpy(expected)
    _same("shape", a.shape, b.shape)
    default = _TOLERANCE.get(dtype_name(a.dtype), 0.0)
    np.testing.assert_allclose(
        a, b, rtol=default if rtol is None else rtol, atol=default if atol is None else atol
    )


def _same(what: str, actual: Any, expected: Any) -> None:
    if actual != expected:
        raise AssertionError(f"{what} is {actual}, expected {expected}")
