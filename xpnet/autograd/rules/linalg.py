"""Derivatives of the linear algebra extension (real matrices), except for the decompositions.

Source: M. B. Giles, 2008, *An extended collection of matrix derivative results for forward and
reverse mode automatic differentiation*; for the pseudo-inverse, G. H. Golub and V. Pereyra, 1973.
"""

from __future__ import annotations

import math
from typing import Any

from ...backend import namespace
from ...typing import Array
from ..primitive import define, of_dtype, unbroadcast
from ..tape import Traced
from .reductions import products_of_others


def transpose(a: Array) -> Array:
    return namespace(a).matrix_transpose(a)


def eye_like(a: Array, n: int | None = None) -> Array:
    return namespace(a).eye(n or a.shape[-1], dtype=a.dtype, device=a.device)


def as_scale(dy: Array) -> Array:
    """(...) -> (..., 1, 1), to multiply matrices with."""
    return namespace(dy).expand_dims(namespace(dy).expand_dims(dy, axis=-1), axis=-1)


# ---- inverse, determinant, systems -------------------------------------------------------------


def d_inv(dy: Array, y: Array, a: Array) -> Array:
    return -transpose(y) @ dy @ transpose(y)


def d_det(dy: Array, y: Array, a: Array) -> Array:
    """The cofactors.

    They are det(A) A^-T, and, with A = U S V^T, also det(U V^T) U diag(product of the other s) V^T.
    The second form is right for singular matrices too, but cannot be differentiated again where
    singular values coincide; so higher derivatives take the first and need a regular matrix.
    """
    if isinstance(dy, Traced):
        return as_scale(dy * y) * transpose(namespace(a).linalg.inv(a))
    xp = namespace(a)
    u, s, vh = xp.linalg.svd(a, full_matrices=False)
    scaled = u * xp.expand_dims(products_of_others(s), axis=-2)
    return as_scale(dy * xp.linalg.det(u @ vh)) * (scaled @ vh)


def d_slogdet(dy: Any, y: Any, a: Array) -> Array:
    return as_scale(dy[1]) * transpose(namespace(a).linalg.inv(a))


def d_system_right(dy: Array, y: Array, a: Array, b: Array) -> Array:
    return namespace(a, dy).linalg.solve(transpose(a), dy)


def d_system_matrix(dy: Array, y: Array, a: Array, b: Array) -> Array:
    db = d_system_right(dy, y, a, b)
    if len(b.shape) == 1:
        xp = namespace(db, y)
        db, y = xp.expand_dims(db, axis=-1), xp.expand_dims(y, axis=-1)
    return -db @ transpose(y)


def d_pinv(dy: Array, y: Array, a: Array, /, *, rtol: Any = None) -> Array:
    """Golub and Pereyra, for matrices whose rank does not change."""
    yt, dyt = transpose(y), transpose(dy)
    through_inverse = -yt @ dy @ yt
    rows = dyt @ y @ yt
    columns = yt @ y @ dyt
    return through_inverse + (rows - a @ (y @ rows)) + (columns - (columns @ y) @ a)


# ---- diagonals, norms, products ----------------------------------------------------------------


def d_diagonal(dy: Array, y: Array, a: Array, /, *, offset: int = 0) -> Array:
    """Write dy on the diagonal: entry k belongs in row k (or k - offset below the diagonal)."""
    xp = namespace(dy)
    rows, columns = a.shape[-2:]
    mask = xp.eye(rows, columns, k=offset, dtype=dy.dtype, device=dy.device)
    by_row = offset >= 0
    n = rows if by_row else columns
    rest = xp.zeros((*dy.shape[:-1], n - dy.shape[-1]), dtype=dy.dtype, device=dy.device)
    padded = xp.concat((dy, rest), axis=-1)
    return mask * xp.expand_dims(padded, axis=-1 if by_row else -2)


def d_trace(dy: Array, y: Array, a: Array, /, *, offset: int = 0, dtype: Any = None) -> Array:
    xp = namespace(dy)
    rows, columns = a.shape[-2:]
    return as_scale(dy) * xp.eye(rows, columns, k=offset, dtype=dy.dtype, device=dy.device)


def d_vector_norm(
    dy: Array, y: Array, x: Array, /, *, axis: Any = None, keepdims: bool = False,
    ord: float = 2,
) -> Array:  # fmt: skip
    """X |x|^(p-2) / y^(p-1); zero where the norm is zero."""
    xp = namespace(dy, x)
    rank = len(x.shape)
    axes = range(rank) if axis is None else [axis] if isinstance(axis, int) else axis
    axes = {a % rank for a in axes}
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    dy, y = xp.reshape(dy, kept), xp.reshape(y, kept)
    if math.isinf(ord):
        hit = xp.astype(xp.abs(x) == y, x.dtype)
        return dy * xp.sign(x) * hit / xp.sum(hit, axis=tuple(sorted(axes)), keepdims=True)
    if ord == 0:
        return xp.zeros_like(x) * dy
    if ord == 1:
        return dy * xp.sign(x)
    safe = xp.where(y > 0, y, 1.0)
    if ord == 2:
        return dy * x / safe
    size = xp.abs(x)
    return dy * xp.sign(x) * xp.where(size > 0, size / safe, 1.0) ** (ord - 1)


def d_cross_left(dy: Array, y: Array, a: Array, b: Array, /, *, axis: int = -1) -> Array:
    return namespace(dy, b).linalg.cross(*same_shape(b, dy), axis=axis)


def d_cross_right(dy: Array, y: Array, a: Array, b: Array, /, *, axis: int = -1) -> Array:
    return namespace(dy, a).linalg.cross(*same_shape(dy, a), axis=axis)


def same_shape(a: Array, b: Array) -> Any:
    return namespace(a, b).broadcast_arrays(a, b)


def d_outer_left(dy: Array, y: Array, a: Array, b: Array) -> Array:
    return of_dtype(dy @ b, a)


def d_outer_right(dy: Array, y: Array, a: Array, b: Array) -> Array:
    return of_dtype(transpose(dy) @ a, b)


define("linalg.inv", d_inv)
define("linalg.pinv", d_pinv)
define("linalg.det", d_det)
define("linalg.slogdet", d_slogdet)
define(
    "linalg.solve",
    lambda dy, y, a, b: unbroadcast(d_system_matrix(dy, y, a, b), a),
    lambda dy, y, a, b: unbroadcast(d_system_right(dy, y, a, b), b),
)
define("linalg.diagonal", d_diagonal)
define("linalg.trace", d_trace)
define("linalg.vector_norm", d_vector_norm)
define("linalg.cross", d_cross_left, d_cross_right, broadcasts=True)
define("linalg.outer", d_outer_left, d_outer_right)
define("linalg.matrix_transpose", lambda dy, y, x: transpose(dy))
