"""From a graph to what a model is made of: what is computed once, what is trained, what steers."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from ....errors import ModelFileError
from .graph import Graph, Node, as_json, described
from .names import paths
from .operators import OPERATORS
from .operators.arithmetic import DTYPES
from .room import RoomError, at_most
from .run import compute

__all__ = ["assembled"]

SMALL = 2**16
"""How many elements an array may have that is computed when a file is read."""

WORK = 2**23
"""How many elements are computed then altogether; what is left is computed with the model."""

ABSURD = 2**28
"""A graph that computes so many elements from nothing but constants is damaged."""

WRITTEN = 4096
"""How many whole numbers are written into the architecture; more become a buffer."""

RANDOM = ("Dropout", "BatchNormalization")

#: A single number is no weight where it only enters these: it is a constant of a formula.
ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Pow", "Sum", "Mean", "Where", "Min", "Max", "Sqrt"}


class _Once:
    """What operators learn when they are computed while the file is read."""

    training = False

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs

    def dtype(self, code: int) -> str:
        return numbered(code)

    def remember(self, slot: int, array: Any) -> None:
        """Nothing is remembered: statistics are not computed here."""


def numbered(code: int) -> str:
    """Return the data type that a number of ONNX stands for."""
    return "float32" if code == 16 else DTYPES[code]


def assembled(
    graph: Graph, where: str, max_elements: int | None = None
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the description that ``OnnxModel`` is constructed from, and its arrays by name.

    Raises
    ------
    ModelFileError
        If constants alone ask for what cannot be computed.
    """
    _compute_constants(graph, where, max_elements or ABSURD)
    _drop_unused(graph)
    used = graph.used()
    arrays = {name: array for name, array in graph.arrays.items() if name in used}
    slots = _slots(graph)
    statistics = {
        name for node in graph.nodes if node.op == "BatchNormalization" for name in node.inputs[3:5]
    }
    constants = {name: a for name, a in arrays.items() if _is_written(a, slots.get(name, []))}
    kept = {name: a for name, a in arrays.items() if name not in constants}
    path = paths(kept)
    weights = {}
    for name, array in kept.items():
        trained = name in graph.stored and name not in statistics
        trained = trained and _is_weight(array, slots.get(name, []))
        weights[name] = {
            "path": path[name],
            "kind": "parameter" if trained else "buffer",
            "dtype": array.dtype.name,
            "shape": list(array.shape),
        }
    description = {
        "inputs": [vars(i) for i in graph.inputs],
        "outputs": graph.outputs,
        "nodes": [vars(node) for node in graph.nodes],
        "weights": weights,
        "constants": {name: as_json(array) for name, array in constants.items()},
        "float": _usual_float(graph, kept),
    }
    if max_elements is not None:
        description["max_elements"] = max_elements
    return description, kept


def _compute_constants(graph: Graph, where: str, absurd: int) -> None:
    """Compute what depends on no input and no weight, if it is small."""
    left: list[Node] = []
    work = 0
    weights = {name for name, a in graph.arrays.items() if _may_be_weight(graph, name, a)}
    for node in graph.nodes:
        known = [graph.arrays.get(name) if name else None for name in node.inputs]
        constant = node.op not in RANDOM and all(
            not name or (name in graph.arrays and name not in weights) for name in node.inputs
        )
        if node.op in ("Shape", "Size") and known[0] is not None:
            constant = True
        elif work > WORK or any(a is not None and a.size > SMALL for a in known):
            constant = False
        if not constant:
            left.append(node)
            continue
        try:
            with at_most(SMALL), np.errstate(all="ignore"):
                results = compute(node, list(known), _Once(len(node.outputs)), where)
        except RoomError as error:
            if error.elements > absurd:
                raise ModelFileError(
                    f"{where}: {described(node)}: arrays of constants alone must have at most "
                    f"{absurd:,} elements, got {error.elements:,}; a size in the file is damaged: "
                    "export the model again (or, if it is meant, import it with a larger "
                    "max_elements)"
                ) from error
            left.append(node)
            continue
        except ModelFileError:
            raise
        except Exception as error:
            raise ModelFileError(str(error)) from error
        for name, result in zip(node.outputs, results, strict=False):
            graph.arrays[name] = np.asarray(result)
            work += graph.arrays[name].size
    graph.nodes = left


def _may_be_weight(graph: Graph, name: str, array: np.ndarray) -> bool:
    return array.dtype.kind == "f" and array.size > 1 and name in graph.stored


def _drop_unused(graph: Graph) -> None:
    """Leave out nodes whose results nobody asks for."""
    wanted = set(graph.outputs)
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if wanted & set(node.outputs):
            kept.append(node)
            wanted.update(node.inputs)
    graph.nodes = kept[::-1]


def _slots(graph: Graph) -> dict[str, list[tuple[str, int]]]:
    """Return for each name the operators and places where it goes in."""
    found: dict[str, list[tuple[str, int]]] = {}
    for node in graph.nodes:
        for slot, name in enumerate(node.inputs):
            found.setdefault(name, []).append((node.op, slot))
    return found


def _is_written(array: np.ndarray, slots: list[tuple[str, int]]) -> bool:
    """Tell whether an array steers, so that it is kept on the host and in the architecture."""
    steers = bool(slots) and all(slot in OPERATORS[op].host for op, slot in slots)
    return array.size <= WRITTEN and (array.dtype.kind != "f" or steers)


def _is_weight(array: np.ndarray, slots: list[tuple[str, int]]) -> bool:
    if array.dtype.kind != "f" or not array.size:
        return False
    trained = [(op, slot) for op, slot in slots if slot not in OPERATORS[op].fixed]
    if array.size == 1:
        trained = [(op, slot) for op, slot in trained if op not in ELEMENTWISE]
    return bool(trained)


def _usual_float(graph: Graph, arrays: dict[str, np.ndarray]) -> str:
    counts: Counter[str] = Counter()
    for array in arrays.values():
        if array.dtype.kind == "f":
            counts[array.dtype.name] += 1 + math.prod(array.shape)
    if counts:
        return counts.most_common(1)[0][0]
    floats = [i.dtype for i in graph.inputs if i.dtype.startswith("float")]
    return floats[0] if floats else "float32"
