"""Functions of a file and branches that are decided, written out as nodes of its graph.

A node may call a function that the file brings along, and an ``If`` whose condition is a constant
has one branch that is ever computed. Both are graphs with names of their own: their nodes are
copied into the graph around, under new names. The package onnx does that for functions too, but in
C++, and a file may call itself for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ....errors import ModelFileError
from ..free_names import free_name

__all__ = ["inline"]

MOST = 20_000
"""Nodes that functions may have when they are written out; some that call each other have more."""

DEEP = 64
DEFAULT = ("", "ai.onnx")
GRAPH = 5


def inline(model: Any, where: str) -> Any:
    """Return a ModelProto without calls of its functions and without constant conditions.

    The model itself is left as it is; it is returned if there is nothing to do.

    Raises
    ------
    ModelFileError
        If functions call each other for ever, or branches do not fit.
    """
    conditional = any(node.op_type == "If" for node in model.graph.node)
    if not model.functions and not conditional:
        return model
    written = type(model)()
    written.CopyFrom(model)
    del written.graph.node[:]
    work = _Inlining(model, written.graph, where)
    work.write(model.graph.node, 0)
    del written.functions[:]
    return written


class _Inlining:
    """One graph in the making; `truths` are the conditions that are known."""

    def __init__(self, model: Any, graph: Any, where: str) -> None:
        self.graph = graph
        self.where = where
        self.versions = {_domain(o.domain): o.version for o in model.opset_import}
        self.functions = {
            (_domain(f.domain), f.name, getattr(f, "overload", "")): f for f in model.functions
        }
        self.taken = {i.name for i in graph.input} | {i.name for i in graph.initializer}
        self.taken.update(name for node in model.graph.node for name in node.output)
        self.truths: dict[str, bool] = {}
        self.calls = 0
        for tensor in graph.initializer:
            self._learn(tensor.name, tensor)

    def write(self, nodes: Iterable[Any], depth: int) -> None:
        """Append nodes, or what they stand for."""
        if depth > DEEP:
            raise self._error(f"functions and branches must end, got {DEEP} in each other")
        for node in nodes:
            key = (_domain(node.domain), node.op_type, getattr(node, "overload", ""))
            if key in self.functions:
                self._call(node, self.functions[key], depth)
            elif node.op_type == "If" and _domain(node.domain) == "" and self._decided(node):
                self._branch(node, depth)
            else:
                self._append(node, depth)

    def _append(self, node: Any, depth: int) -> None:
        if depth and len(self.graph.node) >= MOST:
            raise self._error(
                f"functions must have at most {MOST:,} nodes when they are written out"
            )
        self.graph.node.append(node)
        if node.op_type == "Constant" and len(node.output) == 1:
            for attribute in node.attribute:
                if attribute.name == "value":
                    self._learn(node.output[0], attribute.t)
        single = node.op_type in ("Identity", "Not") and len(node.input) == len(node.output) == 1
        if single and node.input[0] in self.truths:
            truth = self.truths[node.input[0]]
            self.truths[node.output[0]] = truth != (node.op_type == "Not")

    def _learn(self, name: str, tensor: Any) -> None:
        """Remember a truth value, which is one byte, or one whole number."""
        if tensor.data_type != 9 or tensor.data_location == 1 or list(tensor.dims) not in ([], [1]):
            return
        if len(tensor.raw_data) == 1:
            self.truths[name] = tensor.raw_data != b"\0"
        elif len(tensor.int32_data) == 1:
            self.truths[name] = tensor.int32_data[0] != 0

    def _decided(self, node: Any) -> bool:
        return len(node.input) == 1 and node.input[0] in self.truths

    def _branch(self, node: Any, depth: int) -> None:
        wanted = "then_branch" if self.truths[node.input[0]] else "else_branch"
        found = [a.g for a in node.attribute if a.name == wanted and a.type == GRAPH]
        if len(found) != 1 or len(found[0].output) != len(node.output) or found[0].input:
            raise self._error(
                f"an If must have a {wanted} with as many outputs as it has itself, got that of "
                f"{node.name[:80]!r}"
            )
        graph = found[0]
        names = self._new_names(graph.node, [t.name for t in graph.initializer], {}, node)
        for tensor in graph.initializer:
            copy = self.graph.initializer.add()
            copy.CopyFrom(tensor)
            copy.name = names[tensor.name]
            self._learn(copy.name, copy)
        self.write([_renamed(inner, names) for inner in graph.node], depth + 1)
        for output, value in zip(node.output, graph.output, strict=True):
            self._copy(node, names.get(value.name, value.name), output)

    def _call(self, node: Any, function: Any, depth: int) -> None:
        self.calls += 1
        if self.calls > MOST:
            raise self._error(f"functions must be called at most {MOST:,} times")
        for needed in function.opset_import:
            known = self.versions.setdefault(_domain(needed.domain), needed.version)
            if known != needed.version and _domain(needed.domain) == "":
                raise self._error(
                    f"functions must use the operator set of the graph, version {known}, got "
                    f"{needed.version} in {function.name[:80]!r}"
                )
        if len(node.input) > len(function.input) or len(node.output) > len(function.output):
            raise self._error(
                f"the function {function.name[:80]!r} must be called with at most "
                f"{len(function.input)} inputs and {len(function.output)} outputs, got "
                f"{len(node.input)} and {len(node.output)}"
            )
        given = list(node.input) + [""] * (len(function.input) - len(node.input))
        outer: dict[str, str] = dict(zip(function.input, given, strict=True))
        names = self._new_names(function.node, [], outer, node)
        attributes = {a.name: a for a in [*function.attribute_proto, *node.attribute]}
        body = [_filled(_renamed(inner, names), attributes) for inner in function.node]
        self.write(body, depth + 1)
        for output, value in zip(node.output, function.output, strict=False):
            if output:
                self._copy(node, names.get(value, value), output)

    def _new_names(
        self, nodes: Iterable[Any], arrays: list[str], outer: dict[str, str], node: Any
    ) -> dict[str, str]:
        """Return new names for what is computed inside, and those around for what comes in."""
        names = dict(outer)
        stem = node.name or next(iter(node.output), "") or node.op_type
        for name in [*arrays, *(n for inner in nodes for n in inner.output)]:
            if name and name not in names:
                names[name] = free_name(f"{stem}/{name}"[-200:], self.taken)
        return names

    def _copy(self, node: Any, source: str, target: str) -> None:
        identity = type(node)()
        identity.op_type = "Identity"
        identity.input.append(source)
        identity.output.append(target)
        self._append(identity, 1)

    def _error(self, what: str) -> ModelFileError:
        return ModelFileError(f"{self.where}: {what}; the file is damaged: export the model again")


def _domain(name: str) -> str:
    return "" if name in DEFAULT else str(name)


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """Return a copy of a node with other names, also in graphs that it holds."""
    copy = type(node)()
    copy.CopyFrom(node)
    _rename(copy, names)
    return copy


def _rename(node: Any, names: Mapping[str, str]) -> None:
    for sequence in (node.input, node.output):
        for i, name in enumerate(sequence):
            sequence[i] = names.get(name, name)
    for attribute in node.attribute:
        for graph in [*([attribute.g] if attribute.type == GRAPH else []), *attribute.graphs]:
            own = {t.name for t in graph.initializer} | {i.name for i in graph.input}
            own.update(name for inner in graph.node for name in inner.output)
            visible = {name: new for name, new in names.items() if name not in own}
            for inner in graph.node:
                _rename(inner, visible)
            for value in graph.output:
                value.name = visible.get(value.name, value.name)


def _filled(node: Any, attributes: Mapping[str, Any]) -> Any:
    """Put in what a function was called with where its nodes refer to that."""
    kept = []
    for attribute in node.attribute:
        if attribute.ref_attr_name:
            if attribute.ref_attr_name not in attributes:
                continue  # the operator has a default
            name = attribute.name
            attribute.CopyFrom(attributes[attribute.ref_attr_name])
            attribute.name = name
        for graph in [attribute.g] if attribute.type == GRAPH else []:
            for inner in graph.node:
                _filled(inner, attributes)
        kept.append(attribute)
    copies = [type(a).FromString(a.SerializeToString()) for a in kept]
    del node.attribute[:]
    node.attribute.extend(copies)
    return node
