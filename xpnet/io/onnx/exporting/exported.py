"""From the model to one simplified graph: several runs, made one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ....errors import XpnetError
from ....nn import Module
from . import functions, operators
from .arguments import Plan
from .graph import Node, Value
from .library import known_to_xpnet
from .model_run import output_names, run, with_symbols
from .reconcile import Follows, reconcile
from .simplify import simplify
from .sizes import Sizes

__all__ = ["Graph", "functions", "operators", "reconciled"]


class Graph(NamedTuple):
    """What is written."""

    nodes: list[Node]
    inputs: list[Value]
    outputs: list[Value]
    output_names: list[str]
    follows: dict[Value, Follows]
    sizes: list[Sizes]


def reconciled(model: Module, plans: Sequence[Plan], opset: int) -> Graph:
    """Run the model as planned, by the next plan if it refuses one, and return its graph."""
    refused: XpnetError | None = None
    for plan in plans:
        try:
            return _graph(model, plan, opset)
        except XpnetError as problem:
            refused = refused or problem
    raise refused or ValueError("no plan")


def _graph(model: Module, plan: Plan, opset: int) -> Graph:
    with known_to_xpnet() as home, np.errstate(all="ignore"):
        twin = with_symbols(model)
        found = [run(twin, inputs, sizes, opset, home) for sizes, inputs in plan]
    runs = [one for one, _ in found]
    follows = reconcile(runs)
    first = runs[0]
    nodes, outputs = simplify(first.trace.nodes, first.outputs, follows)
    names = output_names(model, found[0][1])
    return Graph(nodes, first.inputs, outputs, names, follows, [one.sizes for one in runs])
