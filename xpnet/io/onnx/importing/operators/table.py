"""The table of operators: what each computes, and what a file may say about it.

An operator is a function, and the table reads its signature: positional parameters are the inputs
of a node (optional ones have a default), keyword-only parameters its attributes with their types
and the defaults of the ONNX specification::

    @operator("Flatten")
    def flatten(x: Any, *, axis: int = 1) -> Any: ...

The first parameter may be ``call``, through which an operator learns about its node and whether
the model is in training.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["OPERATORS", "Attribute", "Call", "Floats", "Ints", "Operator", "Strings", "operator"]

Ints = Sequence[int]
Floats = Sequence[float]
Strings = Sequence[str]

KINDS = ("int", "float", "str", "Ints", "Floats", "Strings")


class Call(Protocol):
    """What an operator can learn besides its inputs and attributes."""

    training: bool
    outputs: int

    def dtype(self, code: int) -> str:
        """Return the name of the data type that a number of ONNX stands for in this model."""

    def remember(self, slot: int, array: Any) -> None:
        """Replace the running statistic that is the input number `slot`, if it is one."""


@dataclass(frozen=True)
class Attribute:
    """What a node may say: its type, whether it must, and what it may be."""

    kind: str
    required: bool = False
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Operator:
    """What the interpreter and the checks know of an operator.

    Attributes
    ----------
    name : str
        As in ONNX; with the domain before it, if that is not the default one.
    function : callable
    inputs : tuple of str
        Names of the inputs.
    least, most : int
        How many inputs a node may have.
    outputs : int
        How many outputs a node may have.
    attributes : dict
    host : frozenset of int
        Inputs that are shapes, axes, sizes and the like, always NumPy arrays.
    fixed : frozenset of int
        Inputs that are no weights, also where they are numbers in the file.
    either : frozenset of int
        Inputs that come as they are: of the host, if they are constants, and else as Tensors.
    unfit : callable, optional
        Takes the attributes, and says what of them cannot be computed; nothing, if all can.
    """

    name: str
    function: Callable[..., Any]
    inputs: tuple[str, ...]
    least: int
    most: int
    outputs: int
    called: bool
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    host: frozenset[int] = frozenset()
    fixed: frozenset[int] = frozenset()
    either: frozenset[int] = frozenset()
    unfit: Callable[[Mapping[str, Any]], str] | None = None


OPERATORS: dict[str, Operator] = {}
"""Every operator that can be imported, by name."""


def operator(
    name: str,
    *,
    host: Sequence[int] = (),
    fixed: Sequence[int] = (),
    either: Sequence[int] = (),
    outputs: int = 1,
    choices: Mapping[str, tuple[Any, ...]] | None = None,
    unfit: Callable[[Mapping[str, Any]], str] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put a function into the table; see :class:`Operator`."""

    def entered(function: Callable[..., Any]) -> Callable[..., Any]:
        parameters = list(inspect.signature(function).parameters.values())
        called = bool(parameters) and parameters[0].name == "call"
        parameters = parameters[called:]
        inputs = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
        variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        OPERATORS[name] = Operator(
            name,
            function,
            inputs=tuple(p.name for p in inputs),
            least=sum(p.default is p.empty for p in inputs),
            most=1_000_000 if variadic else len(inputs),
            outputs=outputs,
            called=called,
            attributes={
                p.name: _attribute(p, (choices or {}).get(p.name, ()))
                for p in parameters
                if p.kind is p.KEYWORD_ONLY
            },
            host=frozenset(host),
            fixed=frozenset(fixed) | frozenset(host) | frozenset(either),
            either=frozenset(either),
            unfit=unfit,
        )
        return function

    return entered


def _attribute(parameter: inspect.Parameter, choices: tuple[Any, ...]) -> Attribute:
    kind = str(parameter.annotation).removesuffix(" | None")
    if kind not in KINDS:
        raise TypeError(f"attribute {parameter.name} must be one of {KINDS}, got {kind}")
    return Attribute(kind, parameter.default is parameter.empty, choices)
