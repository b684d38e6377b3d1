"""What ``export`` is asked for: the inputs, which of their axes have any length, the version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import index
from typing import Any

import numpy as np

from ....backend import is_array, unwrap
from ....errors import ArgumentError, DTypeError, ShapeError
from ....nn import Module
from .model_run import input_names, known_to_numpy

__all__ = [
    "DEFAULT_OPSET",
    "example_arrays",
    "require_names",
    "require_opset",
    "symbols_of",
]

DEFAULT_OPSET = 20
OPSETS = range(18, 23)
ROWS = "batch"
"""What the first axis is called where it is not named, unless another axis is called so."""


def require_opset(opset: Any) -> None:
    """Raise unless it is a version that is written."""
    if isinstance(opset, bool) or not isinstance(opset, int) or opset not in OPSETS:
        raise ArgumentError(
            f"export: opset must be an integer from {OPSETS[0]} to {OPSETS[-1]}, got {opset!r}; "
            f"the default is {DEFAULT_OPSET}"
        )


def require_names(argument: str, names: Any, default: Sequence[str]) -> list[str]:
    """Return the names that were given, one for each of the default ones, or these."""
    if names is None:
        return list(default)
    found = [names] if isinstance(names, str) else list(names)
    if len(found) != len(default) or not all(isinstance(n, str) and n for n in found):
        raise ArgumentError(
            f"export: {argument} must be {len(default)} names, got {names!r}; without it they are "
            f"{list(default)}"
        )
    return found


def example_arrays(model: Any, example: Any, names: Any) -> dict[str, np.ndarray]:
    """Return the inputs by name, as arrays of NumPy."""
    if not isinstance(model, Module):
        raise ArgumentError(
            f"export: model must be an nn.Module, got {type(model).__name__}; of an estimator take "
            "the module inside, and of a function make one with a forward"
        )
    given = list(example) if isinstance(example, tuple | list) else [example]
    for x in given:
        if not is_array(unwrap(x)):
            raise DTypeError(
                f"export: example must be an array or a tuple of arrays, got "
                f"{type(x).__name__}; convert it with xn.asarray(x)"
            )
    if not given:
        raise ArgumentError("export: example must be an array or a tuple of arrays, got ()")
    found = require_names("input_names", names, input_names(model, len(given)))
    if len(set(found)) < len(found):
        raise ArgumentError(
            f"export: names of inputs and outputs must differ, got {found}; give others"
        )
    return {name: known_to_numpy(unwrap(x), name) for name, x in zip(found, given, strict=True)}


def symbols_of(
    arrays: Mapping[str, np.ndarray], dynamic_batch: bool, dynamic: Any
) -> dict[str, list[tuple[str, int]]]:
    """Return for each size that is open the inputs and axes that have it."""
    if not isinstance(dynamic_batch, bool):
        raise ArgumentError(
            f"export: dynamic_batch must be True or False, got {dynamic_batch!r}; other axes are "
            "named in dynamic"
        )
    found: dict[str, list[tuple[str, int]]] = {}
    for name, axis, symbol in _named(arrays, {} if dynamic is None else dynamic):
        found.setdefault(symbol, []).append((name, axis))
    taken = any(axis == 0 for places in found.values() for _, axis in places)
    if dynamic_batch and not taken and ROWS not in found:
        found = _batch(arrays) | found
    for symbol, places in found.items():
        lengths = {arrays[name].shape[axis] for name, axis in places}
        if len(lengths) > 1 or 0 in lengths:
            raise ShapeError(
                f"export: axes called {symbol!r} must have one length > 0 in the example, got "
                f"{sorted(lengths)}; give them other names, or another example"
            )
    return found


def _batch(arrays: Mapping[str, np.ndarray]) -> dict[str, list[tuple[str, int]]]:
    """The first axis of the first input, and of those that are as long."""
    rows = next((x.shape[0] for x in arrays.values() if x.ndim), None)
    if rows is None:
        return {}
    if not rows:
        raise ShapeError("export: example must have at least one row, got 0; any row will do")
    return {ROWS: [(name, 0) for name, x in arrays.items() if x.ndim and x.shape[0] == rows]}


def _named(arrays: Mapping[str, np.ndarray], dynamic: Any) -> Iterator[tuple[str, int, str]]:
    proper = isinstance(dynamic, Mapping) and all(
        isinstance(axes, Mapping) and all(isinstance(s, str) and s for s in axes.values())
        for axes in dynamic.values()
    )
    if not proper:
        raise ArgumentError(
            f"export: dynamic must give names to axes of inputs, got {dynamic!r}; write "
            "dynamic={'x': {0: 'batch', 1: 'time'}}"
        )
    for name, axes in dynamic.items():
        if name not in arrays:
            raise ArgumentError(
                f"export: dynamic must name inputs, got {name!r}; they are {list(arrays)}"
            )
        rank = arrays[name].ndim
        for axis, symbol in axes.items():
            if not -rank <= index(axis) < rank:
                raise ShapeError(
                    f"export: dynamic must name axes of {name!r}, got {axis} for shape "
                    f"{arrays[name].shape}; the first is 0"
                )
            yield name, index(axis) % rank, symbol
