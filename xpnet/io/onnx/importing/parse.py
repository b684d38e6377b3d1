"""An ONNX file as plain data: what protobuf finds in it, taken apart and checked.

The package onnx parses the file, and no more of it is used: its checker is written in C++, and a
file may be of anybody's making.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from ....errors import ModelFileError
from .graph import DOCS, Graph, Input, Node, described, require_order, require_supported
from .inline import inline
from .operators import OPERATORS
from .source import Source
from .tensors import DTYPE_NAMES, array_of, type_called
from .upgrade import NEWEST, OLDEST, REPLACED, upgraded

__all__ = ["read_graph"]

DEFAULT, TABULAR = ("", "ai.onnx"), "ai.onnx.ml"

#: AttributeProto.AttributeType: the field that holds the value
FLOAT, INT, STRING, TENSOR, FLOATS, INTS, STRINGS = 1, 2, 3, 4, 6, 7, 8
OTHER_TYPES = {5: "a graph", 9: "tensors", 10: "graphs", 11: "a sparse tensor",
               12: "sparse tensors", 13: "a type", 14: "types"}  # fmt: skip

FORMULA = re.compile(r"float\d+:|(?:.*[./])?[A-Z]\w*\.constant(_\d+)?$")
"""How the exporter calls constants of formulas, as the ones where a normalisation has no weight."""


def read_graph(source: Source) -> Graph:
    """Return the graph in a file, with nodes that are all supported.

    Raises
    ------
    ModelFileError
        If it is damaged, or something in it is not supported.
    """
    model, where, folder = source
    opset = _version(model, where)
    proto = inline(model, where).graph
    if len(proto.sparse_initializer):
        raise ModelFileError(
            f"{where}: arrays must be dense, got a sparse initializer; export the model with "
            "dense ones"
        )
    arrays = _arrays(proto.initializer, where, folder)
    inputs = [_input(value, where) for value in proto.input if value.name not in arrays]
    graph = Graph(inputs, [value.name for value in proto.output], [], arrays)
    nodes = [_node(node, where) for node in proto.node]
    ours = model.producer_name == "xpnet"
    graph.stored.update(n for n, a in arrays.items() if not (ours and _of_a_formula(n, a)))
    graph.names.update(arrays, (i.name for i in inputs), *(node.outputs for node in nodes))
    names = [i.name for i in inputs]
    if len(set(names)) < len(names) or not graph.outputs:
        raise ModelFileError(
            f"{where}: the graph must have inputs with different names, and outputs, got inputs "
            f"{names[:8]} and {len(graph.outputs)} outputs; the file is damaged"
        )
    require_order(nodes, [*arrays, *names], graph.outputs, where)
    _take(nodes, graph, opset, where, folder)
    return graph


def _of_a_formula(name: str, array: np.ndarray) -> bool:
    """Tell whether a file of xpnet has an array because its operator asks for one, as for ones."""
    return bool(FORMULA.match(name) and array.size and np.all(array == array.flat[0]))


def _version(model: Any, where: str) -> int:
    """Return the version of the default operator set."""
    versions: dict[str, int] = {}
    for entry in model.opset_import:
        domain = "" if entry.domain in DEFAULT else entry.domain
        if versions.setdefault(domain, entry.version) != entry.version:
            raise ModelFileError(
                f"{where}: operator sets must have one version, got several of {domain!r}; the "
                "file is damaged"
            )
    only_tabular = all(node.domain == TABULAR for node in model.graph.node)
    version = versions.get("", OLDEST if only_tabular and TABULAR in versions else 0)
    if not OLDEST <= version <= NEWEST:
        raise ModelFileError(
            f"{where}: the operator set must have a version from {OLDEST} to {NEWEST}, got "
            f"{version or 'none'}; export the model with opset_version=18, or convert it with "
            "onnx.version_converter"
        )
    return version


def _arrays(tensors: Any, where: str, folder: Path | None) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for tensor in tensors:
        what = f"{where}: initializer {tensor.name[:80]!r}"
        if not tensor.name or tensor.name in arrays:
            raise ModelFileError(
                f"{what} must have a name of its own, got it again; the file is damaged: export "
                "the model again"
            )
        arrays[tensor.name] = array_of(tensor, what, folder)
    return arrays


def _input(value: Any, where: str) -> Input:
    what = f"{where}: input {value.name[:80]!r}"
    tensor = value.type.tensor_type
    if value.type.WhichOneof("value") != "tensor_type" or tensor.elem_type not in DTYPE_NAMES:
        kind = value.type.WhichOneof("value") or "nothing"
        raise ModelFileError(
            f"{what} must be an array of numbers, got "
            f"{type_called(tensor.elem_type) if kind == 'tensor_type' else kind}; export the model "
            "with such an input"
        )
    shape: list[int | str] | None = None
    if tensor.HasField("shape"):
        shape = [
            size.dim_value if size.HasField("dim_value") else size.dim_param or "?"
            for size in tensor.shape.dim
        ]
        if any(isinstance(n, int) and n < 0 for n in shape):
            shape = ["?" if isinstance(n, int) and n < 0 else n for n in shape]
    return Input(value.name, DTYPE_NAMES[tensor.elem_type], shape)


def _node(proto: Any, where: str) -> Node:
    op = proto.op_type if proto.domain in DEFAULT else f"{proto.domain}.{proto.op_type}"
    node = Node(op, proto.name, list(proto.input), list(proto.output))
    for attribute in proto.attribute:
        if attribute.name in node.attributes:
            raise ModelFileError(
                f"{where}: {described(node)}: attributes must be given once, got "
                f"{attribute.name[:80]!r} again; the file is damaged"
            )
        node.attributes[attribute.name] = attribute
    return node


def _take(nodes: list[Node], graph: Graph, opset: int, where: str, folder: Path | None) -> None:
    """Bring nodes into their newest form, and into the graph."""
    used = {name for node in nodes for name in node.inputs} | set(graph.outputs)
    for node in nodes:
        _require_known(node, where)
        for name, proto in node.attributes.items():
            node.attributes[name] = _value(proto, node, where, folder)
        while node.outputs[1:] and node.outputs[-1] not in used - {""}:
            node.outputs.pop()
        while node.inputs and not node.inputs[-1]:
            node.inputs.pop()
        if node.op == "Constant":
            graph.arrays[node.outputs[0]] = _constant(node, where)
            continue
        if not node.outputs:
            continue  # computes nothing
        upgraded(node, opset, graph, where)
        require_supported(node, where)
        graph.nodes.append(node)


def _require_known(node: Node, where: str) -> None:
    if node.op not in OPERATORS and node.op not in REPLACED:
        raise ModelFileError(
            f"{where}: operators must be supported, got {node.op[:80]!r} in {described(node)}; "
            f"{DOCS}"
        )


def _value(proto: Any, node: Node, where: str, folder: Path | None) -> Any:
    """Return the value of an attribute as numbers, text, a list of those, or an array."""
    what = f"{where}: {described(node)}: attribute {proto.name[:80]!r}"
    kind = proto.type
    if kind == FLOAT:
        return float(proto.f)
    if kind == INT:
        return int(proto.i)
    if kind == STRING:
        return proto.s.decode("utf-8", "replace")
    if kind == TENSOR:
        return array_of(proto.t, what, folder)
    if kind == FLOATS:
        return [float(v) for v in proto.floats]
    if kind == INTS:
        return [int(v) for v in proto.ints]
    if kind == STRINGS:
        return [v.decode("utf-8", "replace") for v in proto.strings]
    raise ModelFileError(
        f"{what} must be numbers, text or an array, got {OTHER_TYPES.get(kind, f'type {kind}')}; "
        f"{DOCS}"
    )


CONSTANTS: dict[str, Any] = {
    "value": None, "value_float": np.float32, "value_floats": np.float32, "value_int": np.int64,
    "value_ints": np.int64,
}  # fmt: skip


def _constant(node: Node, where: str) -> np.ndarray:
    names = list(node.attributes)
    if len(names) == 1 and names[0] in CONSTANTS and node.outputs and not node.inputs:
        value = node.attributes[names[0]]
        return value if isinstance(value, np.ndarray) else np.asarray(value, CONSTANTS[names[0]])
    raise ModelFileError(
        f"{where}: {described(node)} must have one of {', '.join(CONSTANTS)}, got "
        f"{', '.join(n[:80] for n in names) or 'nothing'}; xpnet has no arrays of text and no "
        "sparse ones"
    )
