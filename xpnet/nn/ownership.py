"""Finding what a module owns in its attributes, and in lists, tuples and dicts among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from ..errors import ArgumentError

__all__ = ["found_in", "join", "require_no_arguments"]

T = TypeVar("T")


def found_in(kind: type[T], name: str, value: Any) -> Iterator[tuple[str, T]]:
    """Iterate over the objects of one kind in an attribute, with dotted names.

    Examples
    --------
    >>> list(found_in(int, "sizes", [3, (4, 5.0)]))
    [('sizes.0', 3), ('sizes.1.0', 4)]
    """
    if isinstance(value, kind):
        yield name, value
    elif isinstance(value, list | tuple):
        for i, part in enumerate(value):
            yield from found_in(kind, f"{name}.{i}", part)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from found_in(kind, f"{name}.{key}", part)


def join(prefix: str, name: str) -> str:
    """Return a dotted name.

    Examples
    --------
    >>> join("", "weight"), join("0", "weight")
    ('weight', '0.weight')
    """
    return f"{prefix}.{name}" if prefix else name


def require_no_arguments(cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Raise if a class without a constructor, which would ignore them, is given arguments."""
    if (args or kwargs) and "__init__" not in _defined(cls):
        shown = ", ".join(
            [*map(repr, args), *(f"{key}={value!r}" for key, value in kwargs.items())]
        )
        raise ArgumentError(
            f"{cls.__name__}: arguments must be none, for it has no __init__, got {shown}; leave "
            "them out, or define an __init__ that takes them"
        )


def _defined(cls: type) -> set[str]:
    return {name for base in cls.__mro__[:-1] for name in vars(base)}
