"""What attention asks of its inputs, and how it says so."""

from __future__ import annotations

import math
from typing import Any

from ...backend import is_array, is_floating, namespace
from ...errors import ArgumentError, DTypeError, ShapeError
from ...typing import Array, Shape
from ..matching import require_same_dtype
from ..norms.channels import require_floating

__all__ = ["require_attention", "require_mask", "require_options"]


def require_attention(
    where: str,
    query: Array,
    key: Array,
    value: Array,
    mask: Array | None,
    dropout_p: float,
    scale: float | None,
    is_causal: bool = False,
) -> None:
    """Raise unless queries, keys, values and the mask fit each other."""
    inputs = {"query": query, "key": key, "value": value}
    for name, x in inputs.items():
        _require_array(where, name, x)
    require_floating(where, query)
    for name, x in inputs.items():
        if len(x.shape) < 2:
            raise ShapeError(
                f"{where}: {name} must be (..., positions, features), got {tuple(x.shape)}; a "
                "single vector is x[None, :]"
            )
        require_same_dtype(where, x, query)
    if query.shape[-1] < 1:
        raise ShapeError(
            f"{where}: query must have at least one feature, got {tuple(query.shape)}; the scale "
            "is 1 / sqrt(E)"
        )
    batch = tuple(query.shape[:-2])
    if tuple(key.shape[:-2]) != batch or key.shape[-1] != query.shape[-1]:
        expected = _shown(*batch, "S", query.shape[-1])
        raise ShapeError(
            f"{where}: key must be {expected} for query of shape {tuple(query.shape)}, got "
            f"{tuple(key.shape)}; queries and keys are compared feature by feature, in the same "
            "sequence and head"
        )
    if tuple(value.shape[:-1]) != tuple(key.shape[:-1]):
        raise ShapeError(
            f"{where}: value must be {_shown(*key.shape[:-1], 'Ev')}, got {tuple(value.shape)}; "
            "there is one value for each key"
        )
    if mask is not None:
        require_mask(where, mask, query, (*batch, query.shape[-2], key.shape[-2]))
    require_options(where, dropout_p, scale, is_causal)


def require_mask(where: str, mask: Array, query: Array, shape: Shape) -> None:
    """Raise unless a mask is of truth values or numbers and can be spread to the scores."""
    _require_array(where, "attn_mask", mask)
    own = tuple(mask.shape)
    fits = 2 <= len(own) <= len(shape) and all(
        n in (1, m) for n, m in zip(reversed(own), reversed(shape), strict=False)
    )
    if not fits:
        remedy = "it has one entry for each query and key, and axes of length 1 are spread"
        if len(own) < 2:
            remedy = "for the same keys to all queries write attn_mask[None, :]"
        raise ShapeError(
            f"{where}: attn_mask must be {_shown(*shape)} or broadcastable to it with two axes or "
            f"more, got {own}; {remedy}"
        )
    if namespace(mask).isdtype(mask.dtype, "bool"):
        return
    if not is_floating(mask) or mask.dtype != query.dtype:
        raise DTypeError(
            f"{where}: attn_mask must be truth values, or numbers of the dtype of query, "
            f"{query.dtype}, got {mask.dtype}; convert it with xp.astype"
        )


def require_options(
    where: str, dropout_p: Any, scale: Any, is_causal: Any = False, name: str = "dropout_p"
) -> None:
    """Raise unless dropout is a probability below 1, the scale a number and the flag a flag."""
    if not isinstance(is_causal, bool):
        raise ArgumentError(
            f"{where}: is_causal must be True or False, got {is_causal!r}; True hides the keys "
            "after a query"
        )
    if not isinstance(dropout_p, int | float) or not 0 <= dropout_p < 1:
        raise ArgumentError(
            f"{where}: {name} must be at least 0 and below 1, got {dropout_p!r}; a usual value "
            "is 0.1"
        )
    if scale is not None and not (isinstance(scale, int | float) and math.isfinite(scale)):
        raise ArgumentError(
            f"{where}: scale must be a number or None, got {scale!r}; None stands for 1 / sqrt(E)"
        )


def _require_array(where: str, name: str, x: Any) -> None:
    if not is_array(x):
        came = "None" if x is None else f"a {type(x).__name__}"
        raise DTypeError(
            f"{where}: {name} must be an array, got {came}; convert it with xn.asarray"
        )


def _shown(*shape: Any) -> str:
    return f"({', '.join(map(str, shape))})"
