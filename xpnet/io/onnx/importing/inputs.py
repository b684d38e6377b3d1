"""What a model is given, held against what its file declares: shapes and data types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....backend import dtype_name, dtype_of, is_array, is_floating, is_integral, namespace, unwrap
from ....errors import ArgumentError, DTypeError, ShapeError
from .graph import Input

__all__ = ["fitted", "shown"]

BITS = {name: int(name.lstrip("uint") or 0) for name in (
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")}  # fmt: skip


def shown(declared: Input) -> str:
    """Return how a message describes an input.

    Examples
    --------
    >>> shown(Input("x", "float32", ["N", 3]))
    'x: float32 (N, 3)'
    """
    sizes = "..." if declared.shape is None else ", ".join(map(str, declared.shape))
    comma = "," if declared.shape is not None and len(declared.shape) == 1 else ""
    return f"{declared.name}: {declared.dtype} ({sizes}{comma})"


def fitted(declared: Input, x: Any, usual: Mapping[str, str]) -> Any:
    """Return an input in the data type in which the graph computes.

    Floating-point numbers of another precision are cast, and whole numbers to a wider type. A type
    of another kind changes what the graph computes (a division of whole numbers drops the part
    behind the point), so it is refused.

    Parameters
    ----------
    declared : Input
    x : array or Tensor
    usual : dict
        What has become of floating-point types: a model that was moved to float64 computes there
        what its file has in float32; ``""`` where an array may have any precision.

    Raises
    ------
    ArgumentError, ShapeError, DTypeError

    Examples
    --------
    >>> import numpy as np
    >>> fitted(Input("x", "float32", ["N"]), np.ones(2), {}).dtype
    dtype('float32')
    """
    if not is_array(unwrap(x)):
        raise ArgumentError(
            f"OnnxModel: inputs must be arrays, got {type(x).__name__} for {declared.name!r}; "
            "convert it with xn.asarray(x)"
        )
    _require_shape(declared, tuple(x.shape))
    return _cast(declared, x, usual)


def _require_shape(declared: Input, shape: tuple[int, ...]) -> None:
    if declared.shape is None:
        return
    # the first axis is the batch: files are often written with the size 1 that they were traced
    # with, and the graph itself tells whether another is possible
    fits = len(shape) == len(declared.shape) and all(
        isinstance(wanted, str) or wanted == n
        for wanted, n in list(zip(declared.shape, shape, strict=True))[1:]
    )
    if not fits:
        raise ShapeError(
            f"OnnxModel: the input must be {shown(declared)}, got {shape}; bring it into this "
            "shape, or export the model with dynamic axes"
        )


def _cast(declared: Input, x: Any, usual: Mapping[str, str]) -> Any:
    given = dtype_name(unwrap(x).dtype)
    if given == declared.dtype and given not in usual:
        return x
    if declared.dtype.startswith("float"):
        fits, wanted = is_floating(x), usual.get(declared.dtype, declared.dtype) or given
    elif declared.dtype == "bool":
        fits, wanted = given == "bool", given
    else:
        fits, wanted = is_integral(x), declared.dtype
        if fits and not _holds(declared.dtype, given):
            wanted = given  # as wide as it came: no digit is lost
    if not fits:
        raise DTypeError(
            f"OnnxModel: the input must be {shown(declared)}, got {given}; convert it first, as by "
            f"xn.namespace(x).astype(x, xn.namespace(x).{wanted or declared.dtype}), or by "
            f"xn.asarray(x, {(wanted or declared.dtype)!r})"
        )
    if wanted == given:
        return x
    xp = namespace(x)
    return xp.astype(x, dtype_of(xp, wanted))


def _holds(wide: str, narrow: str) -> bool:
    """Tell whether each number of one type of whole numbers is one of the other."""
    signs = wide.startswith("u"), narrow.startswith("u")
    if signs[0] == signs[1]:
        return BITS[wide] >= BITS[narrow]
    return signs[1] and BITS[wide] > BITS[narrow]
