"""The functions of the array API standard, each of which writes nodes of ONNX.

A function of the standard is looked up in :data:`STANDARD` (see ``functions/``), then among those
that are built from others. What has neither raises an error that names it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar

import array_api_compat.numpy
import numpy as np

from ....autograd.composed import COMPOSED
from ....autograd.standard import DTYPES, EXTENSIONS, SIGNATURES
from ....errors import ArgumentError
from .symbol import Symbol

__all__ = ["NAMESPACE", "STANDARD", "SymbolNamespace", "compute", "standard"]

compute: Any = array_api_compat.numpy
"""What the numbers of a run are computed with."""

F = TypeVar("F", bound=Callable[..., Any])

STANDARD: dict[str, Callable[..., Any]] = {}
"""The functions by name, those of extensions as ``"linalg.vector_norm"``."""

CONSTANTS = {"e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None, "pi": math.pi}

#: Facts about data types and shapes, which leave no node.
FACTS = ("can_cast", "finfo", "iinfo", "isdtype", "result_type", "__array_namespace_info__")


def standard(name: str) -> Callable[[F], F]:
    """Register what a function of the standard does."""

    def keep(function: F) -> F:
        STANDARD[name] = function
        return function

    return keep


class SymbolNamespace:
    """The array API standard over Symbols (or one of its extensions)."""

    def __init__(self, prefix: str = "", main: Any = None) -> None:
        self._prefix = prefix
        self._main = self if main is None else main
        self.__name__ = "xpnet.io.onnx.exporting"

    def __getattr__(self, name: str) -> Any:
        # reached once per name: what is found is kept as a plain attribute
        value = self._find(name)
        setattr(self, name, value)
        return value

    def _find(self, name: str) -> Any:
        full = self._prefix + name
        if name in EXTENSIONS and not self._prefix:
            return SymbolNamespace(name + ".", self)
        if name in CONSTANTS and not self._prefix:
            return CONSTANTS[name]
        if (name in DTYPES or name == "float16") and not self._prefix:
            return np.dtype(name)
        if name in FACTS:
            return _about_arrays(getattr(compute, name))
        if full in STANDARD:
            return STANDARD[full]
        if full in COMPOSED:
            return _composed(COMPOSED[full], self._main)
        if full in SIGNATURES:
            return _without_operator(full)
        raise AttributeError(
            f"{full} is not in the array API standard 2024.12, so it cannot be exported; use "
            "functions of the standard"
        )

    @property
    def xpnet_extra(self) -> Any:
        """What ``xpnet.backend.extra`` is here."""
        from .functions import beyond

        return SimpleNamespace(erf=beyond.erf, pad=beyond.padded, scatter_add=beyond.scatter_add)


def _about_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    def fact(*args: Any, **kwargs: Any) -> Any:
        return function(*(x.array if isinstance(x, Symbol) else x for x in args), **kwargs)

    return fact


def _composed(function: Callable[..., Any], xp: Any) -> Callable[..., Any]:
    def composed(*args: Any, **kwargs: Any) -> Any:
        return function(xp, *args, **kwargs)

    return composed


def _without_operator(name: str) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise ArgumentError(
            f"export: the model must use functions that ONNX can express, got xp.{name}; compute "
            "it outside of the model, or from other functions"
        )

    return refuse


NAMESPACE = SymbolNamespace()
