from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Row(NamedTuple):
    name: str
    make: Callable[[Any], Any]
    """The module, made with the `nn` of a library."""
    shapes: tuple[tuple[int, ...], ...]
    """Of the inputs."""
    values: int = 0
    """If not 0, the inputs are whole numbers below it."""

    def inputs(self, dtype: str = "float32") -> list[np.ndarray]:
        rng = np.random.default_rng(0)
        if self.values:
            return [rng.integers(self.values, size=shape) for shape in self.shapes]
        return [rng.standard_normal(shape).astype(dtype) for shape in self.shapes]


def row(name: str, *shapes: tuple[int, ...], **options: Any) -> Row:
    """A layer as ``row("Linear(4, 3)", (5, 4))``; options are told in its name."""
    kind, _, arguments = name.partition("(")

    def make(nn: Any) -> Any:
        return eval(f"kind({arguments}", {"kind": getattr(nn, kind)})

    return Row(name, make, shapes, **options)
