"""The table of a model's layers: shapes, parameters, floating-point operations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..backend import asarray, device_of, dtype_name, is_floating
from .module import Module
from .step_memory import StepMemory, measure_step

__all__ = ["Row", "Summary", "summarize"]


class Row(NamedTuple):
    """One layer of a summary."""

    name: str
    output: tuple[int, ...]
    parameters: int
    flops: int


class Summary(NamedTuple):
    """The layers of a model in the order in which they ran, and the totals."""

    model: str
    rows: list[Row]
    output: tuple[int, ...]
    parameters: int
    flops: int
    memory: StepMemory | None = None

    def __str__(self) -> str:
        table = [("layer", "output", "parameters", "FLOPs")]
        table += [(r.name, str(r.output), f"{r.parameters:,}", f"{r.flops:,}") for r in self.rows]
        table.append((self.model, str(self.output), f"{self.parameters:,}", f"{self.flops:,}"))
        a, b, c, d = (max(map(len, column)) for column in zip(*table, strict=True))
        lines = [f"{w:<{a}}   {x:<{b}}   {y:>{c}}   {z:>{d}}" for w, x, y, z in table]
        rule = "-" * len(lines[0])
        memory = [] if self.memory is None else ["", str(self.memory)]
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1], *memory])


def summarize(model: Module, x: Any, memory: bool = False) -> Summary:
    """Run the model once on an example and note what each layer did; see ``Module.summary``."""
    if isinstance(x, tuple | list) and all(isinstance(n, int) for n in x):
        parameter = next((p for p in model.parameters() if is_floating(p)), None)
        xp_device = None if parameter is None else device_of(parameter)
        dtype = "float32" if parameter is None else dtype_name(parameter.dtype)
        x = asarray(np.zeros(tuple(x)), dtype, xp_device)
    rows: list[Row] = []
    removers: list[Callable[[], None]] = []
    for name, module in model.named_modules():
        if module is model or not any(True for _ in module.children()):
            removers.append(module.register_forward_hook(_note(rows, name)))
    try:
        out = model.predict(x)
    finally:
        for remove in removers:
            remove()
    layers = [row for row in rows if row.name] or [
        row._replace(name=type(model).__name__) for row in rows
    ]
    counted = sum(math.prod(p.shape) for p in model.parameters())
    flops = sum(row.flops for row in rows)
    step = measure_step(model, x) if memory else None
    return Summary(type(model).__name__, layers, _shape(out), counted, flops, step)


def _note(rows: list[Row], name: str) -> Callable[[Module, Any, Any], None]:
    def note(module: Module, inputs: Any, output: Any) -> None:
        own = [v for v in module.__dict__.values() if hasattr(v, "requires_grad")]
        count = sum(math.prod(p.shape) for p in own)
        label = f"{name}: {type(module).__name__}" if name else ""
        rows.append(Row(label, _shape(output), count, module.flops(inputs, output)))

    return note


def _shape(output: Any) -> tuple[int, ...]:
    """Return the shape of the output, of the first of several, as of a recurrent layer."""
    return _shape(output[0]) if isinstance(output, tuple) else tuple(output.shape)
