"""What a run of the model leaves behind: nodes of ONNX, and the values between them.

Every value holds the numbers that it had in this run. So shapes, data types and everything that
Python decides by them are known, and what depends on no input can be folded afterwards.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....errors import ArgumentError

__all__ = ["Node", "Trace", "Value", "current_trace", "tracing"]


@dataclass(eq=False, slots=True)
class Value:
    """An input of the graph, a constant, or a result of a node.

    Attributes
    ----------
    array : numpy.ndarray
        What it was in this run.
    node : Node or None
        What computes it; None for an input or a constant.
    index : int
        Which result of the node it is.
    name : str
        Of an input, a parameter or a buffer; results get theirs in the end.
    is_input : bool
    varies : bool
        Whether it depends on an input's numbers.
    shapes : list of tuple
        Its shape in each of the runs that were compared, see ``reconcile.py``.
    sources : tuple of str
        Of a constant that was folded, the parameters it was made of.
    hint : str
        What it is to be called behind the name of what it was made of.
    """

    array: np.ndarray
    node: Node | None = None
    index: int = 0
    name: str = ""
    is_input: bool = False
    varies: bool = False
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    sources: tuple[str, ...] = ()
    hint: str = ""

    @property
    def is_constant(self) -> bool:
        """Whether it is neither an input nor the result of a node."""
        return self.node is None and not self.is_input


@dataclass(eq=False, slots=True)
class Node:
    """One operator of ONNX."""

    op: str
    inputs: list[Value | None]
    attributes: dict[str, Any]
    scope: str
    outputs: list[Value] = field(default_factory=list)


class Trace:
    """The nodes of one run, in the order in which they were computed.

    Attributes
    ----------
    opset : int
        The version of ONNX's operators that the nodes are to be of.
    nodes : list of Node
    scope : str
        The dotted name of the module that is being run.
    """

    def __init__(self, opset: int) -> None:
        self.opset = opset
        self.nodes: list[Node] = []
        self.scope = ""

    def emit(
        self,
        op: str,
        inputs: Sequence[Value | None],
        results: Sequence[np.ndarray],
        attributes: dict[str, Any],
    ) -> list[Value]:
        """Add a node, and return its results."""
        node = Node(op, list(inputs), attributes, self.scope)
        varies = any(value is not None and value.varies for value in inputs)
        node.outputs = [
            Value(array, node, index, varies=varies) for index, array in enumerate(results)
        ]
        self.nodes.append(node)
        return node.outputs

    @contextmanager
    def inside(self, scope: str) -> Iterator[None]:
        """Let nodes belong to a module."""
        outer, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = outer


class _Current(threading.local):
    trace: Trace | None = None


_CURRENT = _Current()


def current_trace() -> Trace:
    """Return the trace that is being made in this thread."""
    if _CURRENT.trace is None:
        raise ArgumentError(
            "export: arrays of a model that is being exported must not be used after that, got "
            "one; do not keep what forward computes outside of the model"
        )
    return _CURRENT.trace


@contextmanager
def tracing(trace: Trace) -> Iterator[Trace]:
    """Record into `trace` inside the block."""
    outer, _CURRENT.trace = _CURRENT.trace, trace
    try:
        yield trace
    finally:
        _CURRENT.trace = outer
