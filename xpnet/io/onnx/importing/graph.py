"""A graph as plain data, which JSON can hold, and the checks of what it says.

The nodes of a graph are in the form of the newest version of their operator, so that nothing here
depends on the version that the file was written with; see ``upgrade.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....errors import ModelFileError
from .operators import OPERATORS, Attribute, Operator
from .tensors import type_called

__all__ = [
    "Graph",
    "Input",
    "Node",
    "as_json",
    "described",
    "from_json",
    "require_order",
    "require_supported",
]

DOCS = "docs/onnx.md lists what can be imported"

TYPES: dict[str, type | tuple[type, ...]] = {
    "int": int,
    "float": (int, float),
    "str": str,
    "Ints": int,
    "Floats": (int, float),
    "Strings": str,
}


@dataclass
class Node:
    """One operation: names of what goes in (empty: nothing) and of what comes out."""

    op: str
    name: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Input:
    """What the model must be given; a size that may differ is text."""

    name: str
    dtype: str
    shape: list[int | str] | None


@dataclass
class Graph:
    """The nodes in an order in which they can be computed, and the arrays in the file.

    Attributes
    ----------
    names : set of str
        All that are taken.
    stored : set of str
        The arrays that were stored as such, not as constants of a formula.
    """

    inputs: list[Input]
    outputs: list[str]
    nodes: list[Node]
    arrays: dict[str, np.ndarray]
    names: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)

    def add(self, array: np.ndarray, name: str) -> str:
        """Put in an array under a new name, and return that."""
        while name in self.names:
            name += "_"
        self.names.add(name)
        self.arrays[name] = array
        self.stored.add(name)
        return name

    def used(self) -> set[str]:
        """Return the names that some node or the world outside asks for."""
        return {name for node in self.nodes for name in node.inputs} | set(self.outputs)


def described(node: Node) -> str:
    """Return how a message calls a node.

    Examples
    --------
    >>> described(Node("Conv", "conv1", ["x", "w"], ["y"]))
    "node 'conv1' (Conv)"
    >>> described(Node("Conv", "", ["x", "w"], ["y"]))
    "the node of 'y' (Conv)"
    """
    if node.name:
        return f"node {node.name[:80]!r} ({node.op[:80]})"
    return f"the node of {(node.outputs or ['nothing'])[0][:80]!r} ({node.op[:80]})"


def require_supported(node: Node, where: str) -> Operator:
    """Return the operator of a node, or raise and say what of it cannot be imported.

    Raises
    ------
    ModelFileError
    """
    operator = OPERATORS.get(node.op)
    if operator is None:
        raise ModelFileError(
            f"{where}: operators must be supported, got {node.op[:80]!r} in {described(node)}; "
            f"{DOCS}"
        )
    what = f"{where}: {described(node)}"
    missing = [i for i in range(operator.least) if i >= len(node.inputs) or not node.inputs[i]]
    if missing or len(node.inputs) > operator.most:
        raise ModelFileError(
            f"{what} must have {_span(operator)} inputs, got {len(node.inputs)}"
            f"{f', of which number {missing[0] + 1} is missing' if missing else ''}; export the "
            "model again"
        )
    if not 1 <= len(node.outputs) <= operator.outputs:
        raise ModelFileError(
            f"{what} must have at most {operator.outputs} output that is used, got "
            f"{len(node.outputs)}; xpnet does not compute the others"
        )
    for name, value in node.attributes.items():
        _require_attribute(what, name, value, operator.attributes.get(name))
    absent = [n for n, a in operator.attributes.items() if a.required and n not in node.attributes]
    if absent:
        raise ModelFileError(
            f"{what} must have the attribute {absent[0]!r}, got {sorted(node.attributes)}; export "
            "the model again"
        )
    problem = operator.unfit(node.attributes) if operator.unfit else ""
    if problem:
        raise ModelFileError(f"{what}: {problem}; {DOCS}")
    return operator


def _span(operator: Operator) -> str:
    if operator.most == operator.least:
        return str(operator.least)
    end = "or more" if operator.most > 1000 else f"to {operator.most}"
    return f"{operator.least} {end}"


def _require_attribute(what: str, name: str, value: Any, known: Attribute | None) -> None:
    if known is None:
        raise ModelFileError(
            f"{what}: attributes must be supported, got {name[:80]!r} = {str(value)[:80]}; {DOCS}"
        )
    kind = TYPES[known.kind]
    parts = value if known.kind[0].isupper() else [value]
    if not isinstance(parts, list) or not all(
        isinstance(p, kind) and not isinstance(p, bool) for p in parts
    ):
        raise ModelFileError(
            f"{what}: {name} must be of the type {known.kind}, got {str(value)[:80]}; export the "
            "model again"
        )
    if known.choices and value not in known.choices:
        shown: Callable[[Any], str] = repr
        if name in ("to", "dtype", "output_dtype"):  # numbers of data types
            shown = type_called
        listed = ", ".join(shown(choice) for choice in known.choices)
        got = shown(value)[:80]
        raise ModelFileError(f"{what}: {name} must be one of {listed}, got {got}; {DOCS}")


def require_order(
    nodes: Iterable[Node], known: Iterable[str], outputs: list[str], where: str
) -> None:
    """Raise unless each name is computed once, before it is used.

    Raises
    ------
    ModelFileError
        Also for a cycle, in which nothing can be first.
    """
    there = set(known)
    for node in nodes:
        for name in node.inputs:
            if name and name not in there:
                raise ModelFileError(
                    f"{where}: inputs of nodes must be computed before, got {name[:80]!r} in "
                    f"{described(node)}, which nothing before it computes; the file is damaged, "
                    "or its nodes form a cycle"
                )
        for name in filter(None, node.outputs):
            if name in there:
                raise ModelFileError(
                    f"{where}: names must be given once, got {name[:80]!r} again in "
                    f"{described(node)}; the file is damaged: export the model again"
                )
            there.add(name)
    for name in outputs:
        if name not in there:
            raise ModelFileError(
                f"{where}: outputs must be computed, got {name[:80]!r}, which no node gives; the "
                "file is damaged: export the model again"
            )


def as_json(array: np.ndarray) -> dict[str, Any]:
    """Return a small array as what JSON can hold."""
    flat = array.reshape(-1).tolist()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "values": flat}


def from_json(data: Mapping[str, Any]) -> np.ndarray:
    """Return the array again.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it is no such thing.
    """
    shape = [int(n) for n in data["shape"]]
    if math.prod(shape) != len(data["values"]) or not isinstance(data["values"], list):
        raise ValueError(f"{len(data['values'])} values for the shape {shape}")
    return np.asarray(data["values"], np.dtype(str(data["dtype"]))).reshape(shape)
