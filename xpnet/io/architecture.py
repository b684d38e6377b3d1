"""A model's architecture as plain data, and back.

A module is described by the arguments it was constructed with::

    {"class": "Linear", "args": [784, 10], "kwargs": {}}

Containers, and modules whose inside was changed after construction, are described by what is
inside now::

    {"class": "Sequential", "children": {"0": {...}, "1": {...}}}

A module that occurs twice is described once; the second time it is ``{"shared": n}``, the n-th
module that was described.
"""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..backend import device, dtype_name, random
from ..errors import ModelFileError
from ..nn import Module, ModuleDict, ModuleList, Parameter, Sequential
from .registry import class_called, name_of

__all__ = ["build", "describe"]

Description = dict[str, Any]

_CONTAINERS: tuple[type[Module], ...] = (Sequential, ModuleList, ModuleDict)


def describe(model: Module) -> Description:
    """Return the architecture of a model as data that JSON can hold.

    Raises
    ------
    ModelFileError
        If an argument cannot be written down, or the model was changed after its construction in
        a way that a description cannot tell.

    Warns
    -----
    UserWarning
        If a number given to a constructor was changed afterwards: the description has the old one.

    Examples
    --------
    >>> from xpnet import nn
    >>> describe(nn.Linear(3, 2))
    {'class': 'Linear', 'args': [3, 2], 'kwargs': {}}
    """
    reason = ""
    for with_children in (False, True):
        describer = _Describer(with_children)
        description = describer(model)
        try:
            rebuilt = _rebuild(description, describer.classes.__getitem__)
        except Exception as error:
            reason = f"building it again fails: {type(error).__name__}: {error}"
            continue
        if _outline(rebuilt) == _outline(model):
            _warn_of_changed_options(model, rebuilt)
            return description
        reason = f"{type(model).__name__} was changed after it had been constructed"
    raise ModelFileError(
        f"save: the architecture must follow from constructor arguments and layers, got a model "
        f"that does not ({reason}); rebuild it in your code and load with model="
    )


def build(description: Description) -> Module:
    """Construct the model that was described, on the current device, with new parameters.

    Raises
    ------
    ModelFileError
        If a class is unknown, or its constructor refuses the arguments.

    Examples
    --------
    >>> build({"class": "Linear", "args": [3, 2], "kwargs": {}})
    Linear(3, 2)
    """
    return _keeping_random_state(lambda: _Builder(class_called)(description))


def _rebuild(description: Description, resolve: Callable[[str], type[Module]]) -> Module:
    with device("cpu"):
        return _keeping_random_state(lambda: _Builder(resolve)(description))


def _keeping_random_state(work: Callable[[], Module]) -> Module:
    """Leave the sequence of random draws as if nothing had been constructed."""
    before = random.get_state()
    try:
        return work()
    finally:
        random.set_state(before)


def _outline(model: Module) -> list[Any]:
    """Return what two models have in common if one's state fits into the other."""
    lines: list[Any] = [(name, type(module)) for name, module in model.named_modules()]
    for prefix, module in model.named_modules():
        for name, value in module.__dict__.items():
            if isinstance(value, Parameter) or name in module._buffer_names:
                lines.append((prefix, name, tuple(value.shape)))
    return lines


def _warn_of_changed_options(model: Module, rebuilt: Module) -> None:
    """Warn of numbers given to a constructor and changed since: a file holds the first ones."""
    for (name, module), (_, again) in zip(
        model.named_modules(), rebuilt.named_modules(), strict=True
    ):
        for option in inspect.signature(type(module).__init__).parameters:
            now, then = module.__dict__.get(option), again.__dict__.get(option)
            plain = isinstance(now, bool | int | float) and isinstance(then, bool | int | float)
            if plain and now != then and now == now:
                where = f"{name}.{option}" if name else option
                warnings.warn(
                    f"save: options must be what the constructor was given, got {where} = {now}, "
                    f"which was {then} and will be so in the file; construct "
                    f"{type(module).__name__} with {option}={now}",
                    stacklevel=5,
                )


class _Describer:
    """Walks through a model and numbers its modules in the order in which they are complete."""

    def __init__(self, with_children: bool) -> None:
        self.with_children = with_children
        self.numbers: dict[int, int] = {}
        self.classes: dict[str, type[Module]] = {}

    def __call__(self, module: Module) -> Description:
        if id(module) in self.numbers:
            return {"shared": self.numbers[id(module)]}
        description: Description = {"class": self._name(type(module))}
        if type(module) in _CONTAINERS:
            description["children"] = self._children(module)
        else:
            args, kwargs = module._init_args
            where = type(module).__name__
            description["args"] = [
                self._encode(value, f"argument {i + 1} of {where}") for i, value in enumerate(args)
            ]
            description["kwargs"] = {
                name: self._encode(value, f"{name} of {where}")
                for name, value in kwargs.items()
                if name != "device"  # a file is to be loaded anywhere
            }
            if self.with_children:
                description["children"] = self._children(module)
        self.numbers[id(module)] = len(self.numbers)
        return description

    def _name(self, cls: type[Module]) -> str:
        name = name_of(cls)
        self.classes[name] = cls
        return name

    def _children(self, module: Module) -> dict[str, Description]:
        return {name: self(child) for name, child in module.named_children()}

    def _encode(self, value: Any, where: str) -> Any:
        """Turn an argument into what JSON can hold; what it lacks is tagged by a dict."""
        if isinstance(value, np.bool_ | np.integer | np.floating):
            value = value.item()
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, Module):
            return {"module": self(value)}
        if isinstance(value, list):
            return [self._encode(item, where) for item in value]
        if type(value) is tuple:
            return {"tuple": [self._encode(item, where) for item in value]}
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            return {"dict": {key: self._encode(item, where) for key, item in value.items()}}
        if isinstance(value, type) and issubclass(value, Module):
            return {"type": self._name(value)}
        if _is_dtype(value):
            return dtype_name(value)
        raise ModelFileError(
            f"save: constructor arguments must be numbers, strings, modules, or lists, tuples and "
            f"dicts of those, got {type(value).__name__} as {where}; give the class an argument "
            "that can be written down, or rebuild the model in your code and load with model="
        )


class _Builder:
    """Constructs modules in the order in which `_Describer` numbered them."""

    def __init__(self, resolve: Callable[[str], type[Module]]) -> None:
        self.resolve = resolve
        self.built: list[Module] = []

    def __call__(self, description: Description) -> Module:
        if "shared" in description:
            return self.built[description["shared"]]
        cls = self.resolve(description["class"])
        if cls in _CONTAINERS:
            module = self._container(cls, description["children"])
        else:
            args = [self._decode(value) for value in description["args"]]
            kwargs = {name: self._decode(value) for name, value in description["kwargs"].items()}
            try:
                module = cls(*args, **kwargs)
            except Exception as error:
                raise ModelFileError(
                    f"load: the constructor of {description['class']} must accept the arguments in "
                    f"the file, got {type(error).__name__}: {error}; use the version of the code "
                    "that saved it, or pass the model as model="
                ) from error
            for name, child in description.get("children", {}).items():
                _replace_child(module, name, self(child))
        self.built.append(module)
        return module

    def _container(self, cls: type[Any], children: dict[str, Description]) -> Module:
        modules = {name: self(child) for name, child in children.items()}
        built: Module
        if cls is Sequential:
            built = Sequential(*modules.values())
        else:
            built = cls(modules if cls is ModuleDict else list(modules.values()))
        return built

    def _decode(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._decode(item) for item in value]
        if not isinstance(value, dict):
            return value
        ((tag, content),) = value.items()
        if tag == "module":
            return self(content)
        if tag == "type":
            return self.resolve(content)
        if tag == "float":
            return float(content)
        if tag == "tuple":
            return tuple(self._decode(item) for item in content)
        return {key: self._decode(item) for key, item in content.items()}


def _is_dtype(value: Any) -> bool:
    """Tell whether a value is a data type of some library."""
    if isinstance(value, type):
        return issubclass(value, np.generic)
    return isinstance(value, np.dtype) or type(value).__name__.lower().endswith("dtype")


def _replace_child(module: Module, name: str, child: Module) -> None:
    """Put a child where ``named_children`` found it: an attribute, or a place in a list or dict."""
    path = name.split(".")
    if isinstance(module, _CONTAINERS):
        path = ["_modules", *path]
    first, *rest = path
    if first.startswith("__") or hasattr(type(module), first):
        raise ModelFileError(
            f"load: a part of a module must have a name of its own, got {name!r} in "
            f"{type(module).__name__}, which is something else there; save the model again"
        )
    if not rest:
        setattr(module, first, child)
        return
    holder = getattr(module, first)
    for key in rest[:-1]:
        holder = holder[key if isinstance(holder, dict) else int(key)]
    if isinstance(holder, dict):
        holder[rest[-1]] = child
    elif int(rest[-1]) == len(holder):
        holder.append(child)
    else:
        holder[int(rest[-1])] = child
