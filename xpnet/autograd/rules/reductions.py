"""Derivatives of sums, products and extremes along axes."""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...typing import Array
from ..primitive import define, of_dtype
from .indexing import along

Axis = int | tuple[int, ...] | None


def axes_of(x: Array, axis: Axis) -> tuple[int, ...]:
    rank = len(x.shape)
    if axis is None:
        return tuple(range(rank))
    axes = (axis,) if isinstance(axis, int) else axis
    return tuple(a % rank for a in axes)


def spread(dy: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """Give the axes that a reduction removed their place back, with length 1."""
    if keepdims:
        return dy
    axes = axes_of(x, axis)
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    return namespace(dy).reshape(dy, shape)


def count_along(x: Array, axis: Axis) -> int:
    n = 1
    for a in axes_of(x, axis):
        n *= x.shape[a]
    return n


def d_sum(
    dy: Array,
    y: Array,
    x: Array,
    /,
    *,
    axis: Axis = None,
    dtype: Any = None,
    keepdims: bool = False,
) -> Array:
    return namespace(dy).broadcast_to(of_dtype(spread(dy, x, axis, keepdims), x), x.shape)


def d_mean(dy: Array, y: Array, x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    return d_sum(dy / max(count_along(x, axis), 1), y, x, axis=axis, keepdims=keepdims)


def d_extreme(
    dy: Array, y: Array, x: Array, /, *, axis: Axis = None, keepdims: bool = False
) -> Array:
    """Elements that share the extreme value share the gradient evenly."""
    xp = namespace(dy, x)
    hit = xp.astype(x == spread(y, x, axis, keepdims), x.dtype)
    ties = xp.sum(hit, axis=axis, keepdims=True) if axis is not None else xp.sum(hit)
    return spread(dy, x, axis, keepdims) * hit / ties


def d_prod(
    dy: Array,
    y: Array,
    x: Array,
    /,
    *,
    axis: Axis = None,
    dtype: Any = None,
    keepdims: bool = False,
) -> Array:
    """Each factor's gradient is the product of the others, right also where factors are zero."""
    xp = namespace(x)
    axes = axes_of(x, axis)
    kept = tuple(i for i in range(len(x.shape)) if i not in axes)
    n = count_along(x, axis)
    if n == 0:
        return xp.zeros_like(x)
    flat = xp.reshape(xp.permute_dims(x, kept + axes), (*(x.shape[i] for i in kept), n))
    back = xp.reshape(products_of_others(flat), tuple(x.shape[i] for i in kept + axes))
    inverse = tuple((kept + axes).index(i) for i in range(len(x.shape)))
    return of_dtype(spread(dy, x, axis, keepdims), x) * xp.permute_dims(back, inverse)


def products_of_others(x: Array) -> Array:
    """For each element of the last axis, the product of the others: before it times after it."""
    xp = namespace(x)
    ones = xp.ones_like(x[..., :1])
    before = xp.cumulative_prod(xp.concat((ones, x[..., :-1]), axis=-1), axis=-1)
    backwards = xp.concat((ones, xp.flip(x, axis=-1)[..., :-1]), axis=-1)
    return before * xp.flip(xp.cumulative_prod(backwards, axis=-1), axis=-1)


def d_var(
    dy: Array, y: Array, x: Array, /, *, axis: Axis = None, correction: float = 0.0,
    keepdims: bool = False,
) -> Array:  # fmt: skip
    xp = namespace(x)
    centred = x - xp.mean(x, axis=axis, keepdims=True)
    return spread(dy, x, axis, keepdims) * centred * (2 / (count_along(x, axis) - correction))


def d_std(
    dy: Array, y: Array, x: Array, /, *, axis: Axis = None, correction: float = 0.0,
    keepdims: bool = False,
) -> Array:  # fmt: skip
    """Where all elements are equal the square root has no derivative; it counts as 0."""
    xp = namespace(dy, y)
    through_root = dy * 0.5 / xp.where(y == 0, xp.ones_like(y), y)
    return d_var(through_root, y, x, axis=axis, correction=correction, keepdims=keepdims)


def d_cumulative_sum(
    dy: Array, y: Array, x: Array, /, *, axis: int | None = None, dtype: Any = None,
    include_initial: bool = False,
) -> Array:  # fmt: skip
    """dx_k is the sum of all dy from k on."""
    xp = namespace(dy)
    axis = 0 if axis is None else axis
    if include_initial:
        dy = dy[along(dy, axis, slice(1, None))]
    return of_dtype(xp.flip(xp.cumulative_sum(xp.flip(dy, axis=axis), axis=axis), axis=axis), x)


def d_cumulative_prod(
    dy: Array, y: Array, x: Array, /, *, axis: int | None = None, dtype: Any = None,
    include_initial: bool = False,
) -> Array:  # fmt: skip
    """dx_k = sum over i >= k of dy_i times the product of x_j, j <= i, without x_k.

    For each k the products are formed anew with x_k left out, which is right where x has zeros
    but takes memory quadratic in the length of the axis.
    """
    xp = namespace(dy, x)
    axis = 0 if axis is None else axis
    if include_initial:
        dy = dy[along(dy, axis, slice(1, None))]
    dy, last = xp.moveaxis(dy, axis, -1), xp.moveaxis(x, axis, -1)
    n = last.shape[-1]
    own = xp.eye(n, dtype=x.dtype, device=x.device)  # (k, i)
    without = xp.where(own > 0, 1.0, xp.expand_dims(last, axis=-2))  # (..., k, i)
    later = xp.triu(xp.ones((n, n), dtype=x.dtype, device=x.device))
    terms = xp.cumulative_prod(without, axis=-1) * later
    dx = xp.sum(terms * xp.expand_dims(dy, axis=-2), axis=-1)
    return of_dtype(xp.moveaxis(dx, -1, axis), x)


define("sum", d_sum)
define("mean", d_mean)
define("max", d_extreme)
define("min", d_extreme)
define("prod", d_prod)
define("var", d_var)
define("std", d_std)
define("cumulative_sum", d_cumulative_sum)
define("cumulative_prod", d_cumulative_prod)
