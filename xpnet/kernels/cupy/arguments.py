"""What a kernel is given must be what its source declares: CUDA itself looks at no type.

A number of eight bytes in the place of one of four is read in half, and what follows it from the
wrong place, without an error. So the declaration in the source decides: a number becomes the type
that is declared there, whether it came as Python's, NumPy's or 0 axes of an array; what cannot
become it is an error.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...errors import BackendError

__all__ = ["Arguments", "parameters"]

_DECLARED = re.compile(r"^KERNEL (\w+)\(([^)]*)\)", re.MULTILINE)

_TYPES: dict[str, type] = {"int": np.int32, "int32": np.int32, "int64": np.int64, "uint8": np.uint8}
_TYPES |= {"__half": np.float16, "float": np.float32, "double": np.float64}

_NO_ARRAY = np.uintp(0)
"""A null pointer; None is one only in newer versions of CuPy."""


def parameters(code: str, function: str) -> list[tuple[str, str]]:
    """Return the types and names that a kernel of a source declares.

    Examples
    --------
    >>> parameters("KERNEL relu(const REAL* x, INDEX size) {", "relu")
    [('REAL*', 'x'), ('INDEX', 'size')]
    """
    found = (" ".join(part.split()) for part in dict(_DECLARED.findall(code))[function].split(","))
    pairs = (part.removeprefix("const ").rpartition(" ") for part in found)
    return [(kind, name) for kind, _, name in pairs]


class Arguments:
    """Makes what a kernel is called with of what Python has.

    Parameters
    ----------
    kernel : str
        Its name in errors.
    declared : sequence of (str, str)
        Types and names, as `parameters` returns them.
    macros : dict
        What REAL, WIDE and INDEX are.
    array : type
        That of arrays on the GPU.
    """

    def __init__(
        self,
        kernel: str,
        declared: Sequence[tuple[str, str]],
        macros: dict[str, str],
        array: type,
    ) -> None:
        self.kernel, self.declared = kernel, declared
        types = _TYPES | {name: _TYPES[kind] for name, kind in macros.items()}
        self.casts = [_cast(kind, types, array) for kind, _ in declared]

    def packed(self, given: Sequence[Any]) -> tuple[Any, ...]:
        """Return each argument as its parameter is declared.

        Raises
        ------
        BackendError
            If there are more or fewer, or one cannot be what is declared.
        """
        if len(given) != len(self.casts):
            names = ", ".join(name for _, name in self.declared)
            raise BackendError(
                f"{self.kernel}: arguments must be {len(self.casts)} ({names}), got {len(given)}; "
                "give one for each parameter in the source"
            )
        try:
            return tuple([cast(x) for cast, x in zip(self.casts, given, strict=True)])
        except (TypeError, ValueError, OverflowError):
            raise self._misfit(given) from None

    def _misfit(self, given: Sequence[Any]) -> BackendError:
        """Return the error for the first that cannot be what is declared."""
        for cast, (kind, name), x in zip(self.casts, self.declared, given, strict=True):
            try:
                cast(x)
            except (TypeError, ValueError, OverflowError) as error:
                return BackendError(
                    f"{self.kernel}: {name} must be {kind}, got {_told(x)}; {error or 'convert it'}"
                )
        return BackendError(f"{self.kernel}: arguments must not change meanwhile, got others")


def _told(x: Any) -> str:
    name = type(x).__name__
    if getattr(x, "ndim", 0) > 0:
        return f"{name} of {x.dtype}"
    return name if x is None else f"{name} {x!r:.60}"


def _cast(kind: str, types: dict[str, type], array: type) -> Callable[[Any], Any]:
    """Return what makes an argument of a declared type."""
    if kind.endswith("*"):
        return partial(_address, array, np.dtype(types[kind.removesuffix("*")]))
    if kind not in types:
        return _struct
    number = types[kind]
    return partial(_whole if issubclass(number, np.integer) else _real, number)


def _address(array: Any, dtype: np.dtype[Any], x: Any) -> Any:
    if x is None:
        return _NO_ARRAY
    if not isinstance(x, array) or x.dtype != dtype:
        raise TypeError(f"a pointer is an array of {dtype} on the GPU, or None")
    return x


def _struct(x: Any) -> Any:
    if type(x) is not np.ndarray or x.size != 1:
        raise TypeError("a struct is an array of NumPy with one element")
    return x


def _whole(number: type, x: Any) -> Any:
    if type(x) is number:
        return x
    return number(int(x) if isinstance(x, np.bool_) else operator.index(x))


def _real(number: type, x: Any) -> Any:
    return x if type(x) is number else number(float(x))
