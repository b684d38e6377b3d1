"""Sequences as NumPy arrays of one dtype that holds all their numbers."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..backend import is_array, to_numpy, unwrap
from ..errors import ArgumentError, DataError, XpnetError

__all__ = ["as_rows", "as_sequences", "require_fill", "whole"]


def whole(where: str, name: str, number: Any, least: int, remedy: str) -> int:
    """Return an integer that is at least `least`, or raise; True is none.

    Examples
    --------
    >>> whole("pad_sequences", "length", 3, 1, "leave it out")
    3
    """
    try:
        found = least - 1 if isinstance(number, bool) else operator.index(number)
    except TypeError:
        found = least - 1
    if found < least:
        raise ArgumentError(
            f"{where}: {name} must be an integer >= {least}, got {number!r}; {remedy}"
        )
    return found


def as_rows(where: str, name: str, values: Any) -> np.ndarray:
    """Return an array of any library or a list as NumPy; lists of Python floats become float32."""
    array = _as_array(where, name, values)
    single = isinstance(values, list | tuple) and array.dtype == np.float64
    return _cast(where, name, array, np.dtype(np.float32)) if single else array


def as_sequences(where: str, sequences: Iterable[Any]) -> list[np.ndarray]:
    """Return sequences as arrays that differ in length alone, of a dtype that holds all numbers.

    Raises
    ------
    DataError
        If there are none, they are no sequences of numbers, differ in more than their lengths, or
        no dtype holds their numbers.

    Examples
    --------
    >>> [a.tolist() for a in as_sequences("pad_sequences", [[1, 2], [0.5]])]
    [[1.0, 2.0], [0.5]]
    """
    try:
        given = list(sequences)
    except (TypeError, XpnetError):  # a number; an array without axes
        raise DataError(
            f"{where}: sequences must be a list of sequences, got a {type(sequences).__name__}; a "
            "single sequence is [sequence]"
        ) from None
    if not given:
        raise DataError(
            f"{where}: sequences must be at least one, got none; check where they come from"
        )
    arrays = [_as_array(where, "sequences", a) for a in given]
    kinds = {a.shape[1:] for a in arrays if a.ndim == 0 or len(a)}
    if len(kinds) > 1 or any(a.ndim == 0 for a in arrays):
        shown = ", ".join(str(a.shape) for a in arrays[:3])
        raise DataError(
            f"{where}: sequences must be (t, ...) with the same axes after the first, got {shown}; "
            "only their lengths may differ"
        )
    dtype = _common(given, arrays)
    rest = next((a for a in arrays if len(a)), arrays[0]).shape[1:]
    return [
        _cast(where, "sequences", a, dtype) if len(a) else np.empty((0, *rest), dtype)
        for a in arrays
    ]


def require_fill(where: str, value: Any, dtype: np.dtype) -> None:
    """Raise unless a number can fill arrays of this dtype and stay what it is."""
    given = np.asarray(value if isinstance(value, int | float | np.number | np.bool_) else None)
    good = given.dtype.kind in "biuf"
    if good:
        try:
            with np.errstate(all="ignore"):
                filled = np.asarray(value, dtype)
            if np.issubdtype(dtype, np.integer) or dtype.kind == "b":
                good = bool(filled == given)
            else:
                good = bool(np.isfinite(filled)) or not np.isfinite(given)
        except (ValueError, OverflowError):
            good = False
    if not good:
        shown = repr(value) if isinstance(value, int | float | str | None) else type(value).__name__
        raise ArgumentError(
            f"{where}: value must be a number that {dtype} holds, the dtype of the sequences, got "
            f"{shown}; usual is 0, or padding_idx of the embedding"
        )


def _as_array(where: str, name: str, values: Any) -> np.ndarray:
    try:
        array = to_numpy(values) if is_array(unwrap(values)) else np.asarray(values)
    except (TypeError, ValueError, OverflowError):  # lists in it have several lengths, say
        array = np.asarray(None)
    if array.dtype.kind in "OSUMm":
        raise DataError(
            f"{where}: {name} must be numbers with the same axes, got a {type(values).__name__} of "
            "something else; make each an array, xn.asarray(x)"
        )
    return array


def _common(given: list[Any], arrays: list[np.ndarray]) -> np.dtype:
    """Return the dtype of all that are not empty; Python numbers in lists follow the arrays."""
    firm = set()
    python = set()
    for source, a in zip(given, arrays, strict=True):
        if isinstance(source, list | tuple) and a.dtype in (np.float64, np.int64):
            if len(a):
                python.add(a.dtype)
        elif len(a):
            firm.add(a.dtype)
    if np.dtype(np.float64) in python:
        firm.add(np.dtype(np.float32))
    if np.dtype(np.int64) in python and not any(np.issubdtype(d, np.inexact) for d in firm):
        firm.add(np.dtype(np.int64))
    if not firm:  # they are all empty
        first = arrays[0].dtype
        return np.dtype(np.float32) if isinstance(given[0], list | tuple) else first
    return np.result_type(*firm)


def _cast(where: str, name: str, array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Convert, and raise if a number became infinite or, of integers, another one."""
    if array.dtype == dtype:
        return array
    with np.errstate(all="ignore"):
        cast = array.astype(dtype)
        if array.dtype.kind in "iu":
            kept = bool(np.all(cast.astype(array.dtype) == array))
        else:
            kept = array.dtype.kind != "f" or bool(np.all(np.isfinite(cast) | ~np.isfinite(array)))
    if not kept:
        raise DataError(
            f"{where}: {name} must be numbers that {dtype} holds, got larger ones; make all of "
            "them arrays of one dtype, such as float64"
        )
    return cast
