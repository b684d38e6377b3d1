"""The walk back along the tape, from results to leaves.

Taking the latest node first visits every node after all nodes that used its result, without
recursion.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

from ..errors import AutogradError
from ..typing import Array
from .anomaly import blame_nan
from .modes import MODE, as_they_come, enable_grad, no_grad
from .precision import forget_casts
from .tape import Node, Traced

__all__ = ["depends_on", "gradients", "walk_back"]


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
        In the dtypes of the way there, whatever the precision of the block that it is called in.
    retain_graph : bool
        Keep the tape for another walk. Otherwise each node is freed as it is passed.
    """
    found: dict[int, Array | None] = {id(sink): None for sink in sinks or ()}
    useful = None if sinks is None else _nodes_between([root for root, _ in roots], sinks)
    pending: dict[Node, Any] = {}  # the gradients that arrived at nodes not yet passed
    heap: list[tuple[int, Node]] = []

    def arrive(tensor: Traced, gradient: Array) -> None:
        if found and id(tensor) in found:
            before = found[id(tensor)]
            found[id(tensor)] = gradient if before is None else before + gradient
        node = tensor.node
        if node is None:
            if useful is None and tensor.requires_grad:
                before = tensor.grad
                tensor.grad = gradient if before is None else before + gradient
        elif useful is None or node in useful:
            if node not in pending:
                heappush(heap, (node.number, node))
                if node.results == 0:
                    pending[node] = gradient
                    return
                pending[node] = [None] * node.results
            if node.results == 0:
                pending[node] = pending[node] + gradient
            else:
                slots = pending[node]
                before = slots[tensor.index]
                slots[tensor.index] = gradient if before is None else before + gradient

    forget_casts()
    with as_they_come(), enable_grad() if create_graph else no_grad():
        watching = MODE.watching
        for root, cotangent in roots:
            arrive(root, cotangent)
        while heap:
            node = heappop(heap)[1]
            dy = pending.pop(node)
            if node.saved is None:
                raise AutogradError(
                    f"backward: the tape of this result was already used up ({node.rule.name}); "
                    "compute the result again, or call the first backward with retain_graph=True"
                )
            inputs, saved = node.inputs, node.saved
            pulled = node.rule.pull_back(node, dy, create_graph)
            if watching:
                blame_nan(node.rule.name, "a gradient", pulled, (dy, saved))
            number = node.number
            for tensor, gradient in zip(inputs, pulled, strict=True):
                if gradient is not None:
                    if tensor.node is not None and tensor.node.number < number:
                        tensor = node.as_recorded(tensor)
                    arrive(tensor, gradient)
            if not retain_graph:
                node.saved = None
                node.inputs = ()
    return [found[id(sink)] for sink in sinks or ()]


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


def depends_on(output: Traced, inputs: Sequence[Traced]) -> bool:
    """Tell whether a gradient can travel from `output` to one of `inputs`."""
    return any(output is x for x in inputs) or bool(_nodes_between([output], inputs))


def _nodes_between(roots: Sequence[Traced], sinks: Sequence[Traced]) -> set[Node]:
    """Find the nodes through which a gradient can travel from a root to a sink."""
    inputs: dict[Node, list[Traced]] = {}
    stack = [root.node for root in roots if root.node is not None]
    while stack:
        node = stack.pop()
        if node not in inputs:
            inputs[node] = [node.as_recorded(x) for x in node.inputs]
            stack.extend(x.node for x in inputs[node] if x.node is not None)
    wanted = {id(sink) for sink in sinks}
    useful: set[Node] = set()
    for node in sorted(inputs, key=lambda node: -node.number):  # the earliest first
        # a used-up node has lost its inputs; keep it, so that the walk can say so
        if node.saved is None or any(id(x) in wanted or x.node in useful for x in inputs[node]):
            useful.add(node)
    return useful
