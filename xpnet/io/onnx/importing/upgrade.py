"""Nodes of older versions of their operators, written as the newest version has it.

What were attributes became inputs over the years (axes, pads, min and max ...), and some defaults
changed. Afterwards nobody has to ask for the version any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ....errors import ModelFileError
from .graph import Graph, Node, described

__all__ = ["NEWEST", "OLDEST", "REPLACED", "upgraded"]

OLDEST, NEWEST = 7, 28
"""The versions of the operator set that can be read."""

Rule = Callable[[Node, int, Graph], None]


def upgraded(node: Node, opset: int, graph: Graph, where: str) -> None:
    """Change a node into its newest form; arrays that were attributes go into the graph."""
    for below, names, rule in RULES:
        if opset < below and node.op in names:
            rule(node, opset, graph)
    if node.op in ALWAYS:
        ALWAYS[node.op](node, opset, graph)
    for name, value in node.attributes.items():
        if isinstance(value, np.ndarray):
            raise ModelFileError(
                f"{where}: {described(node)}: attributes must be supported, got {name[:80]!r}, an "
                "array; export the model again"
            )


def _as_input(attribute: str, slot: int, dtype: Any = np.int64, default: Any = None) -> Rule:
    """Return the rule that an attribute became the input number `slot`."""

    def rule(node: Node, opset: int, graph: Graph) -> None:
        value = node.attributes.pop(attribute, default)
        if value is None or (slot < len(node.inputs) and node.inputs[slot]):
            return
        node.inputs += [""] * (slot + 1 - len(node.inputs))
        node.inputs[slot] = graph.add(_array(value, dtype), f"{node.outputs[0]}_{attribute}")

    return rule


def _array(value: Any, dtype: Any) -> np.ndarray:
    return value if isinstance(value, np.ndarray) else np.asarray(value, dtype)


def _flattened(node: Node, opset: int, graph: Graph) -> None:
    node.attributes.setdefault("axis", 1)
    node.attributes["flattened"] = 1


def _old_resize(node: Node, opset: int, graph: Graph) -> None:
    node.inputs.insert(1, "")  # the region of interest
    node.attributes["coordinate_transformation_mode"] = "asymmetric"
    node.attributes["nearest_mode"] = "floor"


def _spatial(node: Node, opset: int, graph: Graph) -> None:
    if node.attributes.get("spatial") == 1:
        del node.attributes["spatial"]


def _scatter(node: Node, opset: int, graph: Graph) -> None:
    node.op = "ScatterElements"


def _string_labels(node: Node, opset: int, graph: Graph) -> None:
    """Number the classes that are text; arrays hold none."""
    labels = node.attributes.pop("classlabels_strings", None)
    if labels and not node.attributes.get("classlabels_ints"):
        node.attributes["classlabels_ints"] = list(range(len(labels)))
    _as_input("coefficients", 1, np.float32)(node, opset, graph)
    _as_input("intercepts", 2, np.float32)(node, opset, graph)


def _linear(node: Node, opset: int, graph: Graph) -> None:
    _as_input("coefficients", 1, np.float32)(node, opset, graph)
    _as_input("intercepts", 2, np.float32)(node, opset, graph)


def _zip_map(node: Node, opset: int, graph: Graph) -> None:
    """Leave the probabilities in their columns, in the order of the classes."""
    node.op = "Identity"
    node.attributes.clear()


REDUCED = ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
           "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp")  # fmt: skip

#: (the version that brought the change, operators, rule)
RULES: Sequence[tuple[int, tuple[str, ...], Rule]] = (
    (9, ("Upsample",), _as_input("scales", 1, np.float32)),
    (9, ("BatchNormalization",), _spatial),
    (10, ("Slice",), _as_input("starts", 1)),
    (10, ("Slice",), _as_input("ends", 2)),
    (10, ("Slice",), _as_input("axes", 3)),
    (10, ("TopK",), _as_input("k", 1)),
    (11, ("Resize",), _old_resize),
    (11, ("Clip",), _as_input("min", 1, np.float32)),
    (11, ("Clip",), _as_input("max", 2, np.float32)),
    (11, ("Pad",), _as_input("pads", 1)),
    (11, ("Pad",), _as_input("value", 2, np.float32, 0.0)),
    (12, ("Dropout",), _as_input("ratio", 1, np.float32, 0.5)),
    (13, ("Squeeze", "Unsqueeze", "ReduceSum"), _as_input("axes", 1)),
    (13, ("Split",), _as_input("split", 1)),
    (13, ("Softmax", "LogSoftmax", "Hardmax"), _flattened),
    (18, REDUCED, _as_input("axes", 1)),
)

ALWAYS: dict[str, Rule] = {
    "Scatter": _scatter,
    "ConstantOfShape": _as_input("value", 1),
    "ai.onnx.ml.LinearClassifier": _string_labels,
    "ai.onnx.ml.LinearRegressor": _linear,
    "ai.onnx.ml.ZipMap": _zip_map,
}

REPLACED = ("Constant", "Scatter", "ai.onnx.ml.ZipMap")
"""Operators that are gone when a graph was read."""
