"""From the model to one simplified graph: several runs, made one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ....errors import ArgumentError, XpnetError
from ....nn import Module
from . import functions, operators
from .graph import Node, Value
from .library import known_to_xpnet
from .model_run import output_names, run, with_symbols
from .planning import Hint, Places, Plan, plans, resized
from .reconcile import Follows, Run, reconcile
from .simplify import simplify
from .sizes import Sizes, told

__all__ = ["Graph", "functions", "operators", "reconciled"]


class Graph(NamedTuple):
    """What is written."""

    nodes: list[Node]
    inputs: list[Value]
    outputs: list[Value]
    output_names: list[str]
    follows: dict[Value, Follows]
    sizes: list[Sizes]


class _Runs:
    """A model that is run with several sizes."""

    def __init__(
        self,
        twin: Module,
        example: Mapping[str, np.ndarray],
        places: Places,
        opset: int,
        home: Any,
        hint: Hint,
    ) -> None:
        self.twin, self.example, self.places = twin, example, places
        self.opset, self.home, self.hint = opset, home, hint

    def at(self, sizes: Sizes) -> tuple[Run, Any]:
        """Return the run with these sizes, and what the model returned."""
        inputs = resized(self.example, self.places, sizes)
        return run(self.twin, inputs, sizes, self.opset, self.home)

    def needed(self, sizes: Sizes) -> tuple[Run, Any]:
        """Return one that a formula is found from."""
        try:
            return self.at(sizes)
        except Exception as problem:
            raise ArgumentError(
                "export: the model must run with other sizes than the example's, got "
                f"{_named(problem)} at {told(sizes)}; {self.hint(list(sizes))}"
            ) from problem

    def probed(self, plan: Plan, elements: int) -> list[Run]:
        """Return those of the probes that the model does not refuse."""
        found: list[Run] = []
        for group in plan.probes[1:]:
            sizes = next((one for one in group if plan.affordable(one, elements)), None)
            if sizes is None or sizes in plan.runs or sizes in [one.sizes for one in found]:
                continue
            try:
                found.append(self.at(sizes)[0])
            except Exception as problem:  # the model's own: there it does not run
                if isinstance(problem, XpnetError) and str(problem).startswith("export: "):
                    raise
        return found


def reconciled(
    model: Module, example: Mapping[str, np.ndarray], places: Places, opset: int, hint: Hint
) -> Graph:
    """Run the model as planned, by the next plan if it refuses one, and return its graph."""
    with known_to_xpnet() as home, np.errstate(all="ignore"):
        runs = _Runs(with_symbols(model), example, places, opset, home, hint)
        planned = plans(example, places)
        given = planned[0].probes[0][0]
        try:
            shown, returned = runs.at(given)
        except XpnetError:
            raise
        except Exception as problem:
            raise ArgumentError(
                f"export: the model must run on the example, got {_named(problem)}; it is run on "
                "arrays that have the functions and attributes of the array API standard alone: "
                "take functions from xn.namespace(x)"
            ) from problem
        names = output_names(model, returned)
        if not places:
            return _graph([shown], names, hint)
        refused: ArgumentError | None = None
        for plan in planned:
            try:
                found = [runs.needed(sizes)[0] for sizes in plan.runs]
                probes = runs.probed(plan, found[0].elements)
                others = [] if given in plan.runs else [shown]
                return _graph([*found, *others, *probes], names, hint)
            except ArgumentError as problem:
                refused = refused or problem
        raise refused or ValueError("no plan")


def _graph(runs: list[Run], names: list[str], hint: Hint) -> Graph:
    follows = reconcile(runs, hint)
    first = runs[0]
    nodes, outputs = simplify(first.trace.nodes, first.outputs, follows)
    return Graph(nodes, first.inputs, outputs, names, follows, [one.sizes for one in runs])


def _named(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"
