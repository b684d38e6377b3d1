"""Data types by name, the same for every library."""

from __future__ import annotations

from typing import Any

from ..errors import DTypeError
from ..typing import Array, DType, Namespace
from .library import library_of
from .namespace import unwrap

__all__ = ["DEFAULT_FLOAT", "dtype_name", "dtype_of", "is_floating", "is_integral"]

DEFAULT_FLOAT = "float32"
"""What Python floats, initial parameters and data sets become unless told otherwise."""

_NAMES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
)  # fmt: skip


def dtype_of(xp: Namespace, dtype: Any) -> DType:
    """Return the data type of namespace `xp` for a name, or a data type object as it is.

    Raises
    ------
    DTypeError
        If the name is unknown or the library lacks it.

    Examples
    --------
    >>> import numpy as np
    >>> dtype_of(np, "float32") == np.float32
    True
    """
    if not isinstance(dtype, str):
        return dtype
    if dtype not in _NAMES or not hasattr(xp, dtype):
        there = ", ".join(name for name in _NAMES if hasattr(xp, name))
        raise DTypeError(
            f"dtype must be a data type of this library, got {dtype!r}; it has {there}"
        )
    return getattr(xp, dtype)


def dtype_name(dtype: DType) -> str:
    """Return the name of a data type object of any library, as in ``"float32"``.

    Examples
    --------
    >>> import numpy as np
    >>> dtype_name(np.ones(3).dtype)
    'float64'
    """
    name = getattr(dtype, "name", None)
    if isinstance(name, str):
        return name
    text = str(dtype)  # "torch.float32", "array_api_strict.float32", "<class 'numpy.float32'>"
    return text.strip("<>'").rpartition(".")[2]


def is_floating(x: Array) -> bool:
    """Tell whether an array holds real floating-point numbers."""
    return _is_kind(unwrap(x), "real floating")


def is_integral(x: Array) -> bool:
    """Tell whether an array holds whole numbers, with a sign or without; truth values are none."""
    return _is_kind(unwrap(x), "integral")


def _is_kind(x: Array, kind: str) -> bool:
    # asked for every batch, and the libraries take some microseconds to answer
    library, dtype = library_of(x), x.dtype
    known = _KNOWN.get((library.name, dtype, kind))
    if known is None:
        known = _KNOWN[library.name, dtype, kind] = bool(library.xp.isdtype(dtype, kind))
    return known


_KNOWN: dict[tuple[str, DType, str], bool] = {}
