"""Modules made of modules: Sequential, ModuleList, ModuleDict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import ArgumentError
from .dense_run import dense_layers, end_of_run, fits
from .module import Module

__all__ = ["ModuleDict", "ModuleList", "Sequential", "require_module"]


def require_module(where: str, value: Any) -> Module:
    """Raise an ArgumentError unless `value` is a module; return it."""
    if not isinstance(value, Module):
        hint = "; create an instance of it with ()" if isinstance(value, type) else ""
        raise ArgumentError(
            f"{where}: each layer must be an nn.Module, got {value!r}{hint}; wrap a plain function "
            "in a Module with a forward method"
        )
    return value


class _Numbered(Module):
    """Modules under the names "0", "1", ..., as in PyTorch's state dicts."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._modules: list[Module] = []
        self.extend(modules)

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Iterate over the modules with their numbers as names."""
        return ((str(i), module) for i, module in enumerate(self._modules))

    @classmethod
    def _of(cls, modules: list[Module]) -> _Numbered:
        """Return what a slice gives."""
        return Sequential(*modules)

    def append(self, module: Module) -> None:
        """Add a module at the end."""
        self._modules.append(require_module(type(self).__name__, module))

    def extend(self, modules: Iterable[Module]) -> None:
        """Add modules at the end."""
        for module in modules:
            self.append(module)

    def insert(self, index: int, module: Module) -> None:
        """Add a module before the one at `index`."""
        self._modules.insert(index, require_module(type(self).__name__, module))

    def __setitem__(self, index: int, module: Module) -> None:
        self._modules[index] = require_module(type(self).__name__, module)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self._of(self._modules[index])
        return self._modules[index]


class Sequential(_Numbered):
    """Layers applied one after the other.

    Parameters
    ----------
    *layers : Module

    Examples
    --------
    >>> import xpnet as xn
    >>> model = xn.nn.Sequential(xn.nn.Linear(4, 3), xn.nn.ReLU(), xn.nn.Linear(3, 2))
    >>> model.predict(xn.asarray([[1.0, 2.0, 3.0, 4.0]])).shape
    (1, 2)
    """

    def __init__(self, *layers: Module) -> None:
        super().__init__(layers)

    def forward(self, x: Any) -> Any:
        """Apply the layers in order."""
        layers, i = self._modules, 0
        while i < len(layers):
            end = end_of_run(layers, i)
            if end - i > 1 and fits(x):
                x = dense_layers(layers[i:end], x)
                i = end
            else:
                x = layers[i](x)
                i += 1
        return x


class ModuleList(_Numbered):
    """A list of modules, for use in a forward of your own.

    A plain list attribute works as well; this one has PyTorch's name and parameter names.

    Examples
    --------
    >>> import xpnet as xn
    >>> len(xn.nn.ModuleList([xn.nn.Linear(2, 2), xn.nn.Linear(2, 2)]))
    2
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__(modules)
        # what is remembered of the call must be of use later: a generator can neither be copied
        # nor asked again
        self._init_args = ((list(self),), {})

    @classmethod
    def _of(cls, modules: list[Module]) -> _Numbered:
        return ModuleList(modules)


class ModuleDict(Module):
    """Modules by name.

    Examples
    --------
    >>> import xpnet as xn
    >>> heads = xn.nn.ModuleDict({"digit": xn.nn.Linear(4, 10), "parity": xn.nn.Linear(4, 2)})
    >>> sorted(name for name, _ in heads.named_parameters())
    ['digit.bias', 'digit.weight', 'parity.bias', 'parity.weight']
    """

    def __init__(self, modules: dict[str, Module] | None = None) -> None:
        self._modules: dict[str, Module] = {}
        for name, module in (modules or {}).items():
            self[name] = module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Iterate over the modules with their names."""
        return iter(self._modules.items())

    def __setitem__(self, name: str, module: Module) -> None:
        self._modules[name] = require_module("ModuleDict", module)

    def __getitem__(self, name: str) -> Module:
        return self._modules[name]

    def __contains__(self, name: str) -> bool:
        return name in self._modules

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def items(self) -> Iterable[tuple[str, Module]]:
        """Iterate over (name, module)."""
        return self._modules.items()
