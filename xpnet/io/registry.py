"""The classes that a model file may name.

A file says ``"Linear"``, never which module to import: it is data, and loading it runs no code but
the constructors of classes that are listed here.
"""

from __future__ import annotations

import importlib
from typing import TypeVar

from .. import models, nn
from ..errors import ArgumentError, ModelFileError
from ..nn import Module

__all__ = ["class_called", "name_of", "register_module"]

M = TypeVar("M", bound=Module)

_REGISTERED: dict[str, type[Module]] = {}

#: Classes of xpnet that are imported when a file names them, because few files do.
_ON_DEMAND = {"OnnxModel": "xpnet.io.onnx.importing.model"}


def register_module(cls: type[M]) -> type[M]:
    """Let model files rebuild modules of this class; also usable as a decorator.

    Parameters
    ----------
    cls : subclass of nn.Module
        Known in files by its name. A class of the same name and module replaces the former, so
        that a cell of a notebook can be run again.

    Returns
    -------
    type
        The class.

    Raises
    ------
    ArgumentError
        If it is no module class, or another class has the name.

    Examples
    --------
    >>> import xpnet as xn
    >>> @xn.io.register_module
    ... class Double(xn.nn.Module):
    ...     def forward(self, x):
    ...         return x * 2.0
    """
    if not (isinstance(cls, type) and issubclass(cls, Module)):
        raise ArgumentError(
            f"register_module: cls must be a subclass of nn.Module, got {cls!r}; "
            "pass the class, not an instance"
        )
    known = _known(cls.__name__)
    if known is not None and _full_name(known) != _full_name(cls):
        raise ArgumentError(
            f"register_module: cls must have a name of its own, got {_full_name(cls)}, but "
            f"{cls.__name__!r} is {_full_name(known)}; rename the class"
        )
    _REGISTERED[cls.__name__] = cls
    return cls


def class_called(name: str) -> type[Module]:
    """Return the class that a file names.

    Raises
    ------
    ModelFileError
        If there is none; the message says how to get around it.

    Examples
    --------
    >>> class_called("Linear")
    <class 'xpnet.nn.linear.Linear'>
    """
    if name in _ON_DEMAND:
        importlib.import_module(_ON_DEMAND[name])  # which registers it
    known = _known(name)
    if known is not None:
        return known
    # saved before it was registered: the file has its full name
    short = name.rpartition(".")[2]
    if short in _REGISTERED:
        return _REGISTERED[short]
    raise ModelFileError(
        f"load: every class of the model must be known, got {name!r}; register yours with "
        f"xpnet.io.register_module({short}), or build the model yourself and pass it as model="
    )


def name_of(cls: type[Module]) -> str:
    """Return the name by which a file calls a class: a full one if it is not known.

    Examples
    --------
    >>> from xpnet import nn
    >>> name_of(nn.Linear)
    'Linear'
    """
    return cls.__name__ if _known(cls.__name__) is cls else _full_name(cls)


def _known(name: str) -> type[Module] | None:
    """Return the class of that name; only the file that it is in is imported."""
    for folder in (models, nn):
        if name in folder.__all__:
            value = getattr(folder, name)
            if isinstance(value, type) and issubclass(value, Module) and value is not Module:
                return value
    return _REGISTERED.get(name)


def _full_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
