"""A row of the table: one op with one set of options, and what rows have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

N, K = 5, 4


@dataclass(frozen=True)
class Row:
    """One op with one set of options.

    op : its name
    inputs : rng -> list of NumPy arrays (or None)
    options : keyword arguments
    torch : (torch.nn.functional, *tensors, **options) -> tensor, or None if PyTorch has no such op
    wrt : which inputs it can be differentiated with respect to
    batch : which inputs have the batch as first axis; empty if there is no batch
    smooth : whether the second derivative exists at the inputs
    extremes : values that the first input takes in the test of extreme values
    note : tells rows with the same options apart
    """

    op: str
    inputs: Callable[[np.random.Generator], list[Any]]
    options: dict[str, Any] = field(default_factory=dict)
    torch: Callable[..., Any] | None = None
    wrt: tuple[int, ...] = (0,)
    batch: tuple[int, ...] = (0,)
    smooth: bool = True
    extremes: tuple[float, ...] = (-1e4, 1e4, 0.0)
    note: str = ""

    def __str__(self) -> str:
        options = [f"{key}={value}" for key, value in self.options.items()]
        return "-".join([self.op, *([self.note] if self.note else []), *options])

    def make(self, dtype: str = "float64") -> list[Any]:
        """Return the inputs, the same at each call, floating-point ones as `dtype`."""
        made = self.inputs(np.random.default_rng(0))
        return [x.astype(dtype) if is_float(x) else x for x in made]


def is_float(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


# ---- inputs that several ops share ---------------------------------------------------------------


def away_from_zero(*shape: int, spread: float = 1.0) -> Callable[..., list[Any]]:
    """One array of both signs whose elements keep a distance from the kinks at zero."""

    def make(rng: np.random.Generator) -> list[Any]:
        x = spread * rng.standard_normal(shape)
        return [np.asarray(x + np.copysign(0.1, x))]

    return make


# ---- PyTorch's functions -------------------------------------------------------------------------


def same(name: str) -> Callable[..., Any]:
    """The function of this name, with the same arguments."""
    return lambda F, *xs, **options: getattr(F, name)(*xs, **options)


def with_axes(name: str) -> Callable[..., Any]:
    """The function of this name with the number of spatial axes at the end, as in conv2d."""
    return lambda F, x, *xs, **options: getattr(F, f"{name}{x.ndim - 2}d")(x, *xs, **options)
