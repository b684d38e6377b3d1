"""What xpnet uses besides the standard, see ``xpnet/backend/extra.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .....backend import extra
from ..namespace import NAMESPACE as xp  # noqa: N811
from ..symbol import Symbol, as_symbol, constant, emit, ints
from .operands import cast

__all__ = ["erf", "padded", "scatter_add"]


def erf(x: Any) -> Symbol:
    """Return the error function."""
    x = as_symbol(x)
    return emit("Erf", [x], extra.erf(x.array))


def padded(
    x: Any, widths: Sequence[tuple[int, int]], value: float = 0.0, mode: str | None = None
) -> Any:
    """Add elements at the borders: of one value, or what one of the modes of ONNX puts there."""
    x = as_symbol(x)
    if not any(n for pair in widths for n in pair):
        return x
    named = {"edge": "edge", "reflect": "reflect", "wrap": "wrap"}.get(mode or "", "constant")
    options: dict[str, Any] = {"constant_values": value} if mode is None else {}
    pad: Any = np.pad
    result = pad(x.array, list(widths), mode=named, **options)
    pads = ints([before for before, _ in widths] + [after for _, after in widths])
    inputs = [x, pads]
    if mode is None and value:
        inputs.append(constant(np.asarray(value, x.dtype)))
    return emit("Pad", inputs, result, mode=mode)


def scatter_add(values: Any, indices: Any, size: int, axis: int = 0) -> Symbol:
    """Add slices of `values` into slots; repeated indices accumulate."""
    values, indices = as_symbol(values), cast(as_symbol(indices), np.int64)
    rows = xp.moveaxis(values, axis, 0) if axis else values
    zeros = xp.zeros((size, *rows.shape[1:]), dtype=rows.dtype)
    total = np.zeros(zeros.shape, rows.dtype)
    np.add.at(total, indices.array, rows.array)
    at = xp.expand_dims(indices, axis=-1)
    y = emit("ScatterND", [zeros, at, rows], total, reduction="add")
    return xp.moveaxis(y, 0, axis) if axis else y
