"""The tape: what is recorded when a Tensor is computed.

A :class:`Node` is one recorded operation. It points to the tensors it was computed from, and each
of those points to the node that computed it, so the tape is a graph that lives exactly as long as
somebody holds a result. ``walk.py`` walks along it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any, ClassVar, Protocol

from ..backend import is_floating, library_of
from ..errors import AutogradError
from ..typing import Array
from .anomaly import blame_nan
from .modes import MODE

__all__ = ["Node", "Rule", "Traced", "plain", "rebuilt", "record", "traced"]

_next_number = count(0, -1).__next__


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
    before : Traced
        What it was before it was last written to (``x[key] = value``); set by that alone.
    """

    __slots__ = ("__weakref__", "before", "data", "grad", "index", "node", "requires_grad")

    data: Array
    grad: Array
    node: Node | None
    index: int
    before: Traced
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
    inputs : sequence of Traced
        The tensors that a gradient must reach.
    saved : Any
        What the rule keeps for the way back; None once the node has been used up.
    results : int
        How many results it has: 0 stands for a single one, not a tuple.
    number : int
        Later nodes have lower numbers, so that a heap gives the latest first.
    """

    __slots__ = ("inputs", "number", "results", "rule", "saved")

    def __init__(self, rule: Rule, inputs: Sequence[Traced], saved: Any, results: int = 0) -> None:
        self.rule = rule
        self.inputs = inputs
        self.saved = saved
        self.results = results
        self.number = _next_number()

    def as_recorded(self, tensor: Traced) -> Traced:
        """Return an input as it was when this node used it, if it was written to since."""
        while tensor.node is not None and tensor.node.number < self.number:
            tensor = tensor.before
        return tensor


def require_untouched(rule: Rule, tensor: Traced, array: Array) -> None:
    """Raise if the memory of an array that was recorded has been written to since."""
    if tensor.data is not array and library_of(array).overlaps(tensor.data, array):
        raise AutogradError(
            f"backward: a parameter was updated in place after {rule.name} had used it, so its "
            "gradient would be wrong; call backward before the optimizer's step, or compute the "
            "result again"
        )


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
        blame_nan(rule.name, "the result", out, arrays)
    recorded = inputs and MODE.recording
    if isinstance(out, tuple):
        node = Node(rule, inputs, saved, len(out)) if recorded else None
        parts = [
            plain(part) if node is None or not _varies(part) else traced(part, node, i)
            for i, part in enumerate(out)
        ]
        return rebuilt(out, parts)
    if recorded and (out.dtype == inputs[0].data.dtype or _varies(out)):
        return traced(out, Node(rule, inputs, saved))
    return plain(out)


def rebuilt(out: tuple[Any, ...], parts: Iterable[Any]) -> tuple[Any, ...]:
    """Return a tuple of the kind of `out`: the results of eigh, svd ... keep their names."""
    made: tuple[Any, ...] = getattr(type(out), "_make", type(out))(parts)
    return made


def _varies(out: Array) -> bool:
    """Tell whether small changes of its inputs can show: not in whole numbers or truth values."""
    return is_floating(out) or library_of(out).xp.isdtype(out.dtype, "complex floating")
