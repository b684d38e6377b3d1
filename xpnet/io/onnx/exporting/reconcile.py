"""Several runs with other sizes made one graph that holds for any.

The runs must have the same nodes. Where their constants differ, they have to follow the sizes: a
number does so by a formula (see ``sizes.py``), an array by being the same at all places along an
axis that grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ....errors import ArgumentError
from .graph import Node, Trace, Value
from .sizes import Formula, Sizes, explain

__all__ = ["Follows", "Run", "reconcile"]


class Run(NamedTuple):
    """One run of the model: the sizes of its axes, what was recorded, and what came out."""

    sizes: Sizes
    trace: Trace
    inputs: list[Value]
    outputs: list[Value]


class Follows(NamedTuple):
    """How a constant follows the sizes.

    Attributes
    ----------
    formulas : tuple of Formula
        Of each element, or of each length of the shape if there is a `slice`.
    slice : numpy.ndarray or None
        What the array is at all places of the axes that grow, which have length 1 here.
    """

    formulas: tuple[Formula, ...]
    slice: np.ndarray | None = None


def reconcile(runs: Sequence[Run]) -> dict[Value, Follows]:
    """Return how those constants of the first run that differ follow the sizes.

    Afterwards the values of the first run know their shapes in all runs.

    Raises
    ------
    ArgumentError
        If the runs have other nodes, or a constant follows no formula.
    """
    first, *others = runs
    sizes = [run.sizes for run in runs]
    found: dict[Value, Follows] = {}
    places = [_places(run) for run in runs]
    for nodes in zip(*(run.trace.nodes for run in runs), strict=False):
        _require_likeness(nodes, places, sizes)
        for values in zip(*(node.inputs for node in nodes), strict=True):
            value = values[0]
            if value is None or not value.is_constant or value in found:
                continue
            follows = _compare(values, sizes, nodes[0])
            if follows is not None:
                found[value] = follows
        for results in zip(*(node.outputs for node in nodes), strict=True):
            results[0].shapes = [value.array.shape for value in results]
    if any(len(run.trace.nodes) != len(first.trace.nodes) for run in others):
        counts = [len(run.trace.nodes) for run in runs]
        raise _differ(sizes, f"{counts} operators in turn")
    for values in zip(*(run.inputs for run in runs), strict=True):
        values[0].shapes = [value.array.shape for value in values]
    if any(len(run.outputs) != len(first.outputs) for run in others):
        raise _differ(sizes, "another number of results")
    for values in zip(*(run.outputs for run in runs), strict=True):
        if values[0].is_constant:
            values[0].shapes = [value.array.shape for value in values]
            follows = _compare(values, sizes, None)
            if follows is not None:
                found[values[0]] = follows
    return found


def _places(run: Run) -> dict[Value, tuple[int, int]]:
    """Return where each value comes from, comparable between runs."""
    found = {value: (-1, i) for i, value in enumerate(run.inputs)}
    for i, node in enumerate(run.trace.nodes):
        found |= {value: (i, value.index) for value in node.outputs}
    return found


def _require_likeness(
    nodes: Sequence[Node], places: Sequence[dict[Value, tuple[int, int]]], sizes: Sequence[Sizes]
) -> None:
    first = nodes[0]
    wanted = _origins(first, places[0])
    for node, where in zip(nodes[1:], places[1:], strict=True):
        if node.op != first.op or node.scope != first.scope:
            raise _differ(sizes, f"{_shown(first)} and {_shown(node)}")
        if _origins(node, where) != wanted:
            raise _differ(sizes, f"{_shown(first)} of other inputs")
        if not _alike(node.attributes, first.attributes):
            raise _differ(sizes, f"{_shown(first)} with other attributes")


def _origins(node: Node, where: dict[Value, tuple[int, int]]) -> list[Any]:
    """Return for each input its place; of a constant its name."""
    return [None if x is None else where.get(x, x.name) for x in node.inputs]


def _alike(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[key], b[key]) for key in a)


def _shown(node: Node) -> str:
    return f"{node.op} in {node.scope or 'the model'!r}"


def _differ(sizes: Sequence[Sizes], got: str) -> ArgumentError:
    names = ", ".join(repr(name) for name in sizes[0])
    return ArgumentError(
        f"export: the operators must not depend on the size of {names}, got {got}; "
        "write forward without loops over that axis, name the one of the rows if it is not the "
        "first (dynamic={'x': {1: 'batch'}}), or fix the size of the example with "
        "dynamic_batch=False"
    )


def _compare(values: Sequence[Any], sizes: Sequence[Sizes], node: Node | None) -> Follows | None:
    """Return how a constant follows the sizes, None if it is the same in all runs."""
    arrays = [value.array for value in values]
    first = arrays[0]
    if all(_same(first, array) for array in arrays[1:]):
        return None
    where = "its results" if node is None else _shown(node)
    if any(array.ndim != first.ndim or array.dtype != first.dtype for array in arrays):
        raise _differ(sizes, f"other constants for {where}")
    if all(array.shape == first.shape for array in arrays) and first.size <= 64:
        formulas = _formulas([array.reshape(-1) for array in arrays], sizes)
        if formulas is not None:
            return Follows(formulas)
    lengths = _formulas([array.shape for array in arrays], sizes)
    if lengths is not None:
        grows = tuple(i for i, f in enumerate(lengths) if f.symbols)
        key = tuple(slice(0, 1) if i in grows else slice(None) for i in range(first.ndim))
        if grows and all(array.size for array in arrays):
            part = first[key]
            if all(np.array_equal(array, np.broadcast_to(part, array.shape)) for array in arrays):
                return Follows(lengths, part)
    shapes = " and ".join(str(array.shape) for array in arrays[:2])
    raise _differ(sizes, f"constants {shapes} for {where} whose numbers follow no formula")


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return a is b or a.tobytes() == b.tobytes()


def _formulas(rows: Sequence[Any], sizes: Sequence[Sizes]) -> tuple[Formula, ...] | None:
    """Explain each number of the first row by those at its place in the others."""
    found = []
    for numbers in zip(*rows, strict=True):
        if any(n != int(n) for n in numbers if np.isfinite(n)) or not np.all(np.isfinite(numbers)):
            return None
        formula = explain([int(n) for n in numbers], sizes)
        if formula is None:
            return None
        found.append(formula)
    return tuple(found)
