"""Several runs with other sizes made one graph that holds for any.

The runs must have the same nodes. Where their constants differ, they have to follow the sizes: a
number does so by a formula (see ``sizes.py``), an array by being the same at all places along an
axis that grows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ....errors import ArgumentError
from .graph import Node, Trace, Value
from .sizes import Formula, Sizes, explain, told

__all__ = ["Follows", "Run", "reconcile"]


class Run(NamedTuple):
    """One run of the model: the sizes of its axes, what was recorded, and what came out."""

    sizes: Sizes
    trace: Trace
    inputs: list[Value]
    outputs: list[Value]

    @property
    def elements(self) -> int:
        """How many numbers were computed."""
        return sum(value.array.size for node in self.trace.nodes for value in node.outputs)


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


class _Differs(Exception):  # noqa: N818 - becomes an ArgumentError
    """What differs, and in which of the runs it is another than in the first."""

    def __init__(self, got: str, run: int) -> None:
        self.got, self.run = got, run


def reconcile(runs: Sequence[Run], hint: Callable[[Sequence[str]], str]) -> dict[Value, Follows]:
    """Return how those constants of the first run that differ follow the sizes.

    Afterwards the values of the first run know their shapes in all runs.

    Parameters
    ----------
    runs : sequence of Run
    hint : callable
        Returns what to do if that is impossible, for the names of the sizes at fault.

    Raises
    ------
    ArgumentError
        If the runs have other nodes, or a constant follows no formula.
    """
    try:
        return _reconciled(runs)
    except _Differs as problem:
        first, other = runs[0].sizes, runs[problem.run].sizes
        changed = [name for name in first if first[name] != other[name]]
        quoted = [repr(name) for name in changed]
        at = " and ".join(told({s: one[s] for s in changed}) for one in (first, other))
        raise ArgumentError(
            f"export: the operators must not depend on the size of {', '.join(quoted)}, got "
            f"{problem.got} at {at}; {hint(changed)}"
        ) from None


def _reconciled(runs: Sequence[Run]) -> dict[Value, Follows]:
    first, *others = runs
    sizes = [run.sizes for run in runs]
    found: dict[Value, Follows] = {}
    places = [_places(run) for run in runs]
    for nodes in zip(*(run.trace.nodes for run in runs), strict=False):
        _require_likeness(nodes, places)
        for values in zip(*(node.inputs for node in nodes), strict=True):
            value = values[0]
            if value is None or not value.is_constant or value in found:
                continue
            follows = _compare(values, sizes, nodes[0])
            if follows is not None:
                found[value] = follows
        for results in zip(*(node.outputs for node in nodes), strict=True):
            results[0].shapes = [value.array.shape for value in results]
    for i, run in enumerate(others, 1):
        mine, theirs = len(first.trace.nodes), len(run.trace.nodes)
        if mine != theirs:
            raise _Differs(f"{mine} and {theirs} operators", i)
    for values in zip(*(run.inputs for run in runs), strict=True):
        values[0].shapes = [value.array.shape for value in values]
    for i, run in enumerate(others, 1):
        if len(run.outputs) != len(first.outputs):
            raise _Differs("another number of results", i)
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
    nodes: Sequence[Node], places: Sequence[dict[Value, tuple[int, int]]]
) -> None:
    first = nodes[0]
    wanted = _origins(first, places[0])
    for i, node in enumerate(nodes[1:], 1):
        if node.op != first.op or node.scope != first.scope:
            raise _Differs(f"{_shown(first)} and {_shown(node)}", i)
        if _origins(node, places[i]) != wanted:
            raise _Differs(f"{_shown(first)} of other inputs", i)
        if not _alike(node.attributes, first.attributes):
            raise _Differs(f"{_shown(first)} with other attributes", i)


def _origins(node: Node, where: dict[Value, tuple[int, int]]) -> list[Any]:
    """Return for each input its place; of a constant its name."""
    return [None if x is None else where.get(x, x.name) for x in node.inputs]


def _alike(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[key], b[key]) for key in a)


def _shown(node: Node) -> str:
    return f"{node.op} in {node.scope or 'the model'!r}"


def _compare(values: Sequence[Any], sizes: Sequence[Sizes], node: Node | None) -> Follows | None:
    """Return how a constant follows the sizes, None if it is the same in all runs."""
    arrays = [value.array for value in values]
    first = arrays[0]
    if all(_same(first, array) for array in arrays[1:]):
        return None
    where = "its results" if node is None else _shown(node)
    for i, array in enumerate(arrays):
        if array.ndim != first.ndim or array.dtype != first.dtype:
            raise _Differs(f"other constants for {where}", i)
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
    text, other = _unexplained(arrays, sizes)
    raise _Differs(f"{text} for {where}", other)


def _unexplained(arrays: Sequence[np.ndarray], sizes: Sequence[Sizes]) -> tuple[str, int]:
    """Say what follows no formula, a number or the whole, and in which run it is another."""
    first = arrays[0]
    if all(array.shape == first.shape for array in arrays) and first.size <= 64:
        rows = [array.reshape(-1) for array in arrays]
        if first.dtype.kind in "iuf" and np.all(np.isfinite(rows)):
            columns = zip(*rows, strict=True)
            column = next(c for c in columns if _formulas([[n] for n in c], sizes) is None)
            other = _first_other([n != column[0] for n in column], sizes)
            return (
                f"the numbers {column[0]} and {column[other]} (and {column[-1]} at "
                f"{told(sizes[-1])}), which follow no formula a * size + b (parts of a size, as "
                "n // 2, n % 16 or max(n, 20), cannot be written)"
            ), other
    other = _first_other([not _same(first, array) for array in arrays], sizes)
    shapes = " and ".join(str(array.shape) for array in (first, arrays[other]))
    return f"constants {shapes} whose numbers follow no formula", other


def _first_other(differs: Sequence[bool], sizes: Sequence[Sizes]) -> int:
    """Return a run that differs, of those the one with the fewest other sizes."""
    found = [i for i, other in enumerate(differs) if other]
    return min(found, key=lambda i: sum(n != sizes[0][name] for name, n in sizes[i].items()))


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
