"""The differentiable namespace: the array API standard, recorded.

``Tensor.__array_namespace__()`` answers with an object that has every function and constant of the
standard. A function takes Tensors and bare arrays, calls the same function of the array's own
library on the bare arrays, and puts the call on the tape if a gradient is needed. So any code
written in the standard can be differentiated, also code that has never heard of xpnet.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from ..backend import Library, is_array, require_one_home, require_one_library
from ..backend.extra import erf, pad, scatter_add
from ..typing import Array, Namespace
from .composed import COMPOSED
from .primitive import define
from .rules import PRIMITIVES
from .standard import BESIDES, CONSTANTS, DTYPES, EXTENSIONS, SIGNATURES, WITHOUT_DERIVATIVE
from .tape import Traced, plain, rebuilt

__all__ = ["DifferentiableNamespace", "differentiable"]

for _name in WITHOUT_DERIVATIVE:
    define(_name)


class DifferentiableNamespace:
    """The functions of the standard over one array library (or one of its extensions)."""

    def __init__(self, base: Namespace, prefix: str = "") -> None:
        self.xpnet_base = base
        self._prefix = prefix
        self._extended = self if not prefix else None
        # array_api_compat.array_namespace wants modules, and recognises them by their name
        self.__name__ = f"xpnet.differentiable({getattr(base, '__name__', base)})"

    def __repr__(self) -> str:
        return f"<{self.__name__}>"

    def __dir__(self) -> list[str]:
        start = len(self._prefix)
        names = [name[start:] for name in SIGNATURES if name.startswith(self._prefix)]
        if self._prefix:
            return names
        return [n for n in names if "." not in n] + [*CONSTANTS, *DTYPES, *EXTENSIONS]

    def __getattr__(self, name: str) -> Any:
        # reached once per name: what is found is kept as a plain attribute
        if name in EXTENSIONS and not self._prefix:
            value: Any = DifferentiableNamespace(getattr(self.xpnet_base, name), name + ".")
            value._extended = self
        elif name in (*CONSTANTS, *DTYPES, *BESIDES) and not self._prefix:
            value = getattr(self.xpnet_base, name)
        elif self._prefix + name in SIGNATURES:
            value = self._function(name)
        else:
            raise AttributeError(
                f"{self._prefix}{name} is not in the array API standard 2024.12, so it cannot be "
                "recorded; use functions of the standard, or take the array out with .data"
            )
        setattr(self, name, value)
        return value

    def _function(self, name: str) -> Callable[..., Any]:
        full = self._prefix + name
        if full in COMPOSED:
            function: Any = partial(COMPOSED[full], self._extended)
        elif full in PRIMITIVES:
            function = _recording(PRIMITIVES[full].apply, getattr(self.xpnet_base, name))
        else:
            function = _passing(full, getattr(self.xpnet_base, name))
        function.__name__ = name
        function.__qualname__ = full
        function.__signature__ = _signature(SIGNATURES[full])
        function.__doc__ = f"{full}{SIGNATURES[full]} of the array API standard, recorded."
        return function  # type: ignore[no-any-return]

    def xpnet_primitive(self, name: str, *args: Any, function: Any = None, **kwargs: Any) -> Any:
        """Record a call whose arguments were brought into the form its rules expect."""
        function = function or getattr(self.xpnet_base, name)
        return PRIMITIVES[name].apply(function, args, kwargs)

    @property
    def xpnet_extra(self) -> Any:
        """The recorded versions of ``xpnet.backend.extra``."""
        return SimpleNamespace(
            erf=lambda x: PRIMITIVES["xpnet.erf"].apply(erf, (x,), {}),
            pad=lambda *args: PRIMITIVES["xpnet.pad"].apply(pad, args, {}),
            scatter_add=lambda *args: PRIMITIVES["xpnet.scatter_add"].apply(scatter_add, args, {}),
        )


def _recording(apply: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    def recorded(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            kwargs = {key: _unwrapped(value) for key, value in kwargs.items()}
        return apply(function, args, kwargs)

    return recorded


def _passing(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def passed(*args: Any, **kwargs: Any) -> Any:
        bare = [_unwrapped(x) for x in args]
        if len(bare) > 1:
            require_one_library(name, bare)
        try:
            out = function(*bare, **{key: _unwrapped(x) for key, x in kwargs.items()})
        except Exception:
            require_one_home(name, bare)
            raise
        return _wrapped(out)

    return passed


def _unwrapped(x: Any) -> Any:
    if isinstance(x, Traced):
        return x.data
    if isinstance(x, list | tuple) and not hasattr(x, "_fields"):
        return type(x)(_unwrapped(part) for part in x)
    return x


def _wrapped(out: Any) -> Array:
    if isinstance(out, tuple) and out and all(is_array(part) for part in out):
        return rebuilt(out, map(plain, out))
    return plain(out) if is_array(out) else out


def _signature(text: str) -> inspect.Signature:
    scope: dict[str, Any] = {}
    exec(f"def f{text}: ...", scope)
    return inspect.signature(scope["f"])


_DIFFERENTIABLE: dict[int, DifferentiableNamespace] = {}


def differentiable(library: Library) -> DifferentiableNamespace:
    """Return the one differentiable namespace over a library."""
    base = library.xp
    try:
        return _DIFFERENTIABLE[id(base)]
    except KeyError:
        found = _DIFFERENTIABLE[id(base)] = DifferentiableNamespace(base)
        return found
