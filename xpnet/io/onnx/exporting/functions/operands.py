"""Data types brought together: ONNX wants operands of one type, the standard promotes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..symbol import Symbol, as_symbol, constant, emit

__all__ = ["cast", "common", "promoted"]


def cast(x: Symbol, dtype: Any) -> Symbol:
    """Return `x` in another data type; itself if it has it."""
    dtype = np.dtype(dtype)
    if x.dtype == dtype:
        return x
    with np.errstate(all="ignore"):
        return emit("Cast", [x], x.array.astype(dtype), to=dtype)


def _plain(x: Any) -> Any:
    """Return numbers as Python's own, which adopt the data type of an array beside them."""
    if isinstance(x, Symbol | np.ndarray):
        return x
    return x.item() if isinstance(x, np.generic) else x


def common(*operands: Any) -> np.dtype[Any]:
    """Return the data type that these arrays and numbers have together."""
    known = [x.dtype if isinstance(x, Symbol | np.ndarray) else _plain(x) for x in operands]
    return np.result_type(*known)


def promoted(*operands: Any, dtype: Any = None) -> list[Symbol]:
    """Return all as arrays of one data type."""
    dtype = common(*operands) if dtype is None else np.dtype(dtype)
    found = []
    for x in operands:
        if isinstance(x, Symbol | np.ndarray):
            found.append(cast(as_symbol(x), dtype))
        else:
            found.append(constant(np.asarray(_plain(x), dtype)))
    return found
