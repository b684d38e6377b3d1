"""The tape: what is recorded when a Tensor is computed, and the walk back along it.

A :class:`Node` is one recorded operation. It points to the tensors it was computed from, and each
of those points to the node that computed it, so the tape is a graph that lives exactly as long as
somebody holds a result. Nodes are numbered as they are made; walking back in falling order visits
every node after all nodes that used its result, without recursion.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any, ClassVar, Protocol

from ..backend import describe, is_floating, namespace, unwrap
from ..errors import AnomalyError, AutogradError
from ..typing import Array
from .modes import MODE, enable_grad, no_grad

__all__ = ["Node", "Rule", "Traced", "gradients", "record", "walk_back"]

_next_number = count().__next__


class Traced:
    """An array and the node that computed it: what the tape knows of a Tensor.

    Attributes
    ----------
    data : Array
        The bare array of some library.
    requires_grad : bool
    grad : Array or None
        For leaves: the sum of the gradients that arrived here.
    node : Node or None
        The operation that computed it; None for a leaf.
    index : int
        Which of the node's results it is.
    """

    __slots__ = ("__weakref__", "data", "grad", "index", "node", "requires_grad")

    data: Array
    grad: Array
    node: Node | None
    index: int
    requires_grad: bool

    plain: ClassVar[type[Any]]  # the class of results: Tensor, set where that is defined

    @property
    def __wrapped_array__(self) -> Array:
        return self.data


class Rule(Protocol):
    """What a node needs of the operation it records."""

    name: str

    def pull_back(self, node: Node, dy: Any, create_graph: bool) -> Sequence[Array | None]:
        """Return the gradient for each of ``node.inputs``, given that of the result(s)."""


class Node:
    """One recorded operation.

    Attributes
    ----------
    rule : Rule
        Knows how to differentiate the operation.
    inputs : tuple of Traced
        The tensors that a gradient must reach.
    saved : Any
        What the rule keeps for the way back; None once the node has been used up.
    results : int
        How many results it has: 0 stands for a single one, not a tuple.
    number : int
        Later nodes have higher numbers.
    """

    __slots__ = ("inputs", "number", "results", "rule", "saved")

    def __init__(self, rule: Rule, inputs: Sequence[Traced], saved: Any, results: int = 0) -> None:
        self.rule = rule
        self.inputs = inputs
        self.saved = saved
        self.results = results
        self.number = _next_number()


def plain(data: Array) -> Any:
    """Wrap a result that nothing needs the gradient of."""
    tensor = object.__new__(Traced.plain)
    tensor.data = data
    tensor.grad = None
    tensor.node = None
    tensor.index = 0
    tensor.requires_grad = False
    return tensor


def traced(data: Array, node: Node, index: int = 0) -> Any:
    """Wrap a result that was computed by `node`."""
    tensor = object.__new__(Traced.plain)
    tensor.data = data
    tensor.grad = None
    tensor.node = node
    tensor.index = index
    tensor.requires_grad = True
    return tensor


def record(
    rule: Rule, inputs: Sequence[Traced], out: Any, saved: Any, arrays: Iterable[Array] = ()
) -> Any:
    """Wrap the result(s) of an operation; put a node on the tape if there are `inputs`.

    Parameters
    ----------
    rule : Rule
    inputs : sequence of Traced
        Those inputs that require a gradient.
    out : Array or tuple of Array
    saved : Any
    arrays : iterable of Array
        All array inputs, named when an anomaly is reported.
    """
    if MODE.watching:
        _blame_nan(rule.name, "the result", out, arrays)
    recorded = inputs and MODE.recording
    if isinstance(out, tuple):
        node = Node(rule, inputs, saved, len(out)) if recorded else None
        parts = [
            plain(part) if node is None or not is_floating(part) else traced(part, node, i)
            for i, part in enumerate(out)
        ]
        named = getattr(out, "_fields", None)  # the results of eigh, svd ... keep their names
        return type(out)(*parts) if named else tuple(parts)
    return traced(out, Node(rule, inputs, saved)) if recorded else plain(out)


def walk_back(
    roots: Sequence[tuple[Traced, Array]],
    sinks: Sequence[Traced] | None = None,
    *,
    create_graph: bool = False,
    retain_graph: bool = False,
) -> list[Array | None]:
    """Carry gradients from `roots` to the leaves.

    Parameters
    ----------
    roots : sequence of (Traced, Array)
        Results and their cotangents.
    sinks : sequence of Traced, optional
        Return the gradients of these, and touch no ``.grad``. Default: add to the ``.grad`` of
        every leaf that is reached.
    create_graph : bool
        Record the walk itself, so that gradients can be differentiated again.
    retain_graph : bool
        Keep the tape for another walk. Otherwise each node is freed as it is passed.
    """
    found: dict[int, Array] = {}
    wanted = {id(sink) for sink in sinks} if sinks is not None else set()
    useful = None if sinks is None else _nodes_between(roots, sinks)
    pending: dict[Node, Any] = {}
    heap: list[tuple[int, Node]] = []

    def arrive(tensor: Traced, gradient: Array) -> None:
        if not tensor.requires_grad:
            return
        node = tensor.node
        if id(tensor) in wanted:
            before = found.get(id(tensor))
            found[id(tensor)] = gradient if before is None else before + gradient
        if node is None:
            if sinks is None:
                before = tensor.grad
                tensor.grad = gradient if before is None else before + gradient
            return
        if useful is not None and node not in useful:
            return
        if node not in pending:
            heapq.heappush(heap, (-node.number, node))
            pending[node] = gradient if node.results == 0 else [None] * node.results
            if node.results == 0:
                return
        elif node.results == 0:
            pending[node] = pending[node] + gradient
            return
        slots = pending[node]
        before = slots[tensor.index]
        slots[tensor.index] = gradient if before is None else before + gradient

    with enable_grad() if create_graph else no_grad():
        for root, cotangent in roots:
            arrive(root, cotangent)
        while heap:
            node = heapq.heappop(heap)[1]
            dy = pending.pop(node)
            if node.saved is None:
                raise AutogradError(
                    f"backward: the tape of this result was already used up ({node.rule.name}); "
                    "compute the result again, or call the first backward with retain_graph=True"
                )
            for tensor, gradient in zip(
                node.inputs, node.rule.pull_back(node, dy, create_graph), strict=True
            ):
                if gradient is not None:
                    if MODE.watching:
                        given = dy if isinstance(dy, list) else [dy]
                        _blame_nan(node.rule.name, "a gradient", gradient, given)
                    arrive(tensor, gradient)
            if not retain_graph:
                node.saved = None
                node.inputs = ()
    return [found.get(id(sink)) for sink in sinks or ()]


def gradients(
    outputs: Sequence[Traced],
    inputs: Sequence[Traced],
    cotangents: Sequence[Array],
    *,
    create_graph: bool = False,
) -> list[Array | None]:
    """Return the gradient of the outputs for each input, None where there is no path."""
    roots = list(zip(outputs, cotangents, strict=True))
    return walk_back(roots, inputs, create_graph=create_graph, retain_graph=create_graph)


def _nodes_between(roots: Sequence[tuple[Traced, Array]], sinks: Sequence[Traced]) -> set[Node]:
    """Find the nodes through which a gradient can travel from a root to a sink."""
    seen: set[Node] = set()
    stack = [root.node for root, _ in roots if root.node is not None]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(t.node for t in node.inputs if t.node is not None)
    wanted = {id(sink) for sink in sinks}
    useful: set[Node] = set()
    for node in sorted(seen, key=lambda n: n.number):
        if any(id(t) in wanted or t.node in useful for t in node.inputs):
            useful.add(node)
    # a used-up node has lost its inputs; keep it, so that the walk can say so
    return useful | {node for node in seen if node.saved is None}


def _blame_nan(name: str, what: str, out: Any, inputs: Iterable[Array]) -> None:
    """Raise if `out` holds a NaN that no input holds."""
    if _has_nan(out) and not any(_has_nan(x) for x in inputs):
        raise AnomalyError(
            f"{name}: {what} holds NaN although its inputs hold none; inputs: {describe(inputs)}"
        )


def _has_nan(x: Any) -> bool:
    if isinstance(x, tuple):
        return any(map(_has_nan, x))
    x = unwrap(x)
    if not hasattr(x, "dtype") or not is_floating(x):
        return False
    xp = namespace(x)
    return bool(xp.any(xp.isnan(x)))
