"""A graph made smaller: constants folded, detours and repetitions left out, the unused dropped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from .graph import Node, Value

__all__ = ["simplify"]

INVERSE = {"Squeeze": "Unsqueeze", "Unsqueeze": "Squeeze"}
KEEPING = ("Reshape", "Flatten", "Expand")
"""What changes nothing where the shape stays."""


def simplify(
    nodes: Sequence[Node], outputs: Sequence[Value], following: Collection[Value]
) -> tuple[list[Node], list[Value]]:
    """Return the nodes that are needed, and what the outputs are then.

    Parameters
    ----------
    nodes : sequence of Node
    outputs : sequence of Value
    following : collection of Value
        The constants that follow the size of an axis, and so are none in the end.
    """
    left, results = _folded(nodes, outputs, following)
    left, results = _without_detours(left, results)
    return _needed(left, results), results


def _folded(
    nodes: Sequence[Node], outputs: Sequence[Value], following: Collection[Value]
) -> tuple[list[Node], list[Value]]:
    """Turn what depends on constants alone into constants; they were computed in the run.

    A parameter that is needed as it is, too, as weights of two layers are, stays one: it is
    transposed in the graph.
    """
    instead: dict[Value, Value] = {}
    left = []
    transposed: list[Node] = []
    for node in nodes:
        node.inputs = [None if x is None else instead.get(x, x) for x in node.inputs]
        given = [value for value in node.inputs if value is not None]
        if not all(value.is_constant and value not in following for value in given):
            left.append(node)
        elif _is_whole(node):
            instead[node.outputs[0]] = given[0]
        elif node.op == "Transpose" and given[0].name and not given[0].sources:
            same = [one for one in transposed if _content(one) == _content(node)]
            if same:
                instead[node.outputs[0]] = same[0].outputs[0]
            else:
                transposed.append(node)
                left.append(node)
                _fold(node, given)
        else:
            _fold(node, given)
    results = [instead.get(value, value) for value in outputs]
    used = {value for node in left if node not in transposed for value in node.inputs} | {*results}
    kept = [node for node in transposed if node.inputs[0] in used]
    for node in kept:
        y = node.outputs[0]
        y.node, y.sources, y.name = node, (), ""
    return [node for node in left if node in kept or node not in transposed], results


def _fold(node: Node, given: Sequence[Value]) -> None:
    sources = dict.fromkeys(name for value in given for name in _sources(value))
    for value in node.outputs:
        value.node = None
        value.sources = tuple(sources)
        value.name = _name(node, value)


def _is_whole(node: Node) -> bool:
    """Whether a slice of a constant is all of it."""
    x, y = node.inputs[0], node.outputs[0]
    if node.op != "Slice" or x is None or len(node.inputs) > 4:
        return False
    return all(shape == x.array.shape for shape in [y.array.shape, *y.shapes])


def _sources(value: Value) -> tuple[str, ...]:
    return value.sources or ((value.name,) if value.name else ())


def _name(node: Node, value: Value) -> str:
    """Name a folded constant after what it was made of, or else after its module."""
    if not value.sources:
        return ""
    single = len(value.sources) == 1 or value.hint
    base = value.sources[0] if single else node.scope or "model"
    return f"{base}.{value.hint or node.op.lower()}"


def _without_detours(
    nodes: Sequence[Node], outputs: Sequence[Value]
) -> tuple[list[Node], list[Value]]:
    """Leave out what is undone at once, and what changes nothing."""
    instead: dict[Value, Value] = {}
    seen: dict[Any, Value] = {}
    left = []
    for node in nodes:
        node.inputs = [None if x is None else instead.get(x, x) for x in node.inputs]
        short = _shorter(node)
        if short is None and not node.outputs[0].varies:
            short = seen.setdefault(_content(node), node.outputs[0])
            short = None if short is node.outputs[0] else short
        if short is None:
            left.append(node)
        else:
            instead[node.outputs[0]] = short
    return left, [instead.get(value, value) for value in outputs]


def _shorter(node: Node) -> Value | None:
    """Return a value that is the same as a node's result, or None; may merge it with the last."""
    x = node.inputs[0] if node.inputs else None
    if x is None:
        return None
    y = node.outputs[0]
    if node.op in KEEPING and x.shapes and x.shapes == y.shapes:
        return x
    before = x.node
    if node.op == "Transpose":
        order = list(node.attributes["perm"])
        if before is not None and before.op == "Transpose":
            order = [before.attributes["perm"][i] for i in order]
            node.inputs, node.attributes = list(before.inputs), {"perm": order}
        return node.inputs[0] if order == sorted(order) else None
    if before is not None and INVERSE.get(node.op) == before.op:
        wide = x.array.ndim if node.op == "Squeeze" else y.array.ndim
        if _axes(node, wide) == _axes(before, wide):
            return before.inputs[0]
    return None


def _content(node: Node) -> Any:
    """Return what two nodes that compute the same from sizes have in common."""
    inputs = [
        (x.array.dtype.str, x.array.shape, x.array.tobytes()) if x and x.is_constant else x
        for x in node.inputs
    ]
    return (node.op, tuple(inputs), repr(sorted(node.attributes.items())))


def _axes(node: Node, rank: int) -> list[int]:
    axes = node.inputs[1]
    return [] if axes is None else sorted(int(a) % rank for a in np.atleast_1d(axes.array))


def _needed(nodes: Sequence[Node], outputs: Sequence[Value]) -> list[Node]:
    wanted = {value.node for value in outputs}
    left = []
    for node in reversed(nodes):
        if node in wanted:
            left.append(node)
            wanted |= {value.node for value in node.inputs if value is not None}
    return left[::-1]
