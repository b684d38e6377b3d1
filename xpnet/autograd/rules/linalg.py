"""Derivatives of the linear algebra extension (real matrices).

Source of the decompositions: M. B. Giles, 2008, *An extended collection of matrix derivative
results for forward and reverse mode automatic differentiation*; for eigenvalue problems and SVD
also J. Townsend, 2016, *Differentiating the singular value decomposition*; for QR, S. F. Walter and
L. Lehmann, 2010; for the pseudo-inverse, G. H. Golub and V. Pereyra, 1973. Gradients of
eigenvectors and singular vectors do not exist where values coincide.
"""

from __future__ import annotations

import math
from typing import Any

from ...backend import namespace
from ...errors import AutogradError
from ...typing import Array
from ..primitive import define, of_dtype, unbroadcast


def transpose(a: Array) -> Array:
    return namespace(a).matrix_transpose(a)


def eye_like(a: Array, n: int | None = None) -> Array:
    return namespace(a).eye(n or a.shape[-1], dtype=a.dtype, device=a.device)


def as_scale(dy: Array) -> Array:
    """(...) -> (..., 1, 1), to multiply matrices with."""
    return namespace(dy).expand_dims(namespace(dy).expand_dims(dy, axis=-1), axis=-1)


def lower_half(a: Array) -> Array:
    """The lower triangle with half of the diagonal."""
    return namespace(a).tril(a) - 0.5 * eye_like(a) * a


# ---- inverse, determinant, systems -------------------------------------------------------------


def d_inv(dy: Array, y: Array, a: Array) -> Array:
    return -transpose(y) @ dy @ transpose(y)


def d_det(dy: Array, y: Array, a: Array) -> Array:
    """Gradient det(A) A^-T; for singular matrices the inverse fails with the library's error."""
    return as_scale(dy * y) * transpose(namespace(a).linalg.inv(a))


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


def d_cholesky(dy: Array, y: Array, a: Array, /, *, upper: bool = False) -> Array:
    """S = L^-T P(L^T dL) L^-1, where P keeps the lower triangle and half of the diagonal."""
    xp = namespace(a, dy)
    low, dlow = (transpose(y), transpose(dy)) if upper else (y, dy)
    inner = lower_half(transpose(low) @ dlow)
    left = xp.linalg.solve(transpose(low), inner)
    s = transpose(xp.linalg.solve(transpose(low), transpose(left)))
    return 0.5 * (s + transpose(s))


def d_pinv(dy: Array, y: Array, a: Array, /, *, rtol: Any = None) -> Array:
    """Golub and Pereyra, for matrices whose rank does not change."""
    yt, dyt = transpose(y), transpose(dy)
    through_inverse = -yt @ dy @ yt
    rows = dyt @ y @ yt
    columns = yt @ y @ dyt
    return through_inverse + (rows - a @ (y @ rows)) + (columns - (columns @ y) @ a)


# ---- decompositions ----------------------------------------------------------------------------


def inverse_differences(values: Array) -> Array:
    """F[i, j] = 1 / (v_j - v_i), with 0 on the diagonal."""
    xp = namespace(values)
    gaps = xp.expand_dims(values, axis=-2) - xp.expand_dims(values, axis=-1)
    unit = eye_like(values)
    return (1 - unit) / (gaps + unit)


def as_diagonal(values: Array) -> Array:
    return namespace(values).expand_dims(values, axis=-1) * eye_like(values)


def d_eigh(dy: Any, y: Any, a: Array) -> Array:
    values, vectors = y
    dvalues, dvectors = dy
    inner = as_diagonal(dvalues) + inverse_differences(values) * (transpose(vectors) @ dvectors)
    da = vectors @ inner @ transpose(vectors)
    return 0.5 * (da + transpose(da))


def d_eigvalsh(dy: Array, y: Array, a: Array) -> Array:
    vectors = namespace(a).linalg.eigh(a)[1]
    return vectors @ (namespace(dy).expand_dims(dy, axis=-1) * transpose(vectors))


def d_svd(dy: Any, y: Any, a: Array, /, *, full_matrices: bool = True) -> Array:
    u, s, vh = y
    du, ds, dvh = dy
    rows, columns = a.shape[-2:]
    if full_matrices and rows != columns:
        raise AutogradError(
            "linalg.svd: full_matrices=True has no derivative for a matrix that is not square, "
            f"got {tuple(a.shape)}; pass full_matrices=False"
        )
    xp = namespace(s, ds)
    v, dv = transpose(vh), transpose(dvh)
    f = inverse_differences(s * s)
    along = xp.expand_dims(s, axis=-2)
    down = xp.expand_dims(s, axis=-1)
    utdu, vtdv = transpose(u) @ du, transpose(v) @ dv
    core = as_diagonal(ds)
    core = core + (f * (utdu - transpose(utdu))) * along + down * (f * (vtdv - transpose(vtdv)))
    da = u @ core @ vh
    if rows > columns:
        da = da + (du / along - u @ (utdu / along)) @ vh
    if columns > rows:
        da = da + u @ transpose(dv / along - v @ (vtdv / along))
    return da


def d_svdvals(dy: Array, y: Array, a: Array) -> Array:
    u, _, vh = namespace(a).linalg.svd(a, full_matrices=False)
    return u @ (namespace(dy).expand_dims(dy, axis=-1) * vh)


def d_qr(dy: Any, y: Any, a: Array, /, *, mode: str = "reduced") -> Array:
    q, r = y
    dq, dr = dy
    rows, columns = a.shape[-2:]
    if (mode == "complete" and rows != columns) or rows < columns:
        raise AutogradError(
            f"linalg.qr: mode={mode!r} has no derivative for shape {tuple(a.shape)}; use "
            "mode='reduced' with at least as many rows as columns"
        )
    xp = namespace(r, dr)
    m = r @ transpose(dr) - transpose(dq) @ q
    symmetric = xp.tril(m, k=-1)
    symmetric = symmetric + transpose(symmetric) + eye_like(m) * m
    return transpose(xp.linalg.solve(r, transpose(dq + q @ symmetric)))


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
define("linalg.det", d_det)
define("linalg.slogdet", d_slogdet)
define(
    "linalg.solve",
    lambda dy, y, a, b: unbroadcast(d_system_matrix(dy, y, a, b), a),
    lambda dy, y, a, b: unbroadcast(d_system_right(dy, y, a, b), b),
)
define("linalg.cholesky", d_cholesky)
define("linalg.pinv", d_pinv)
define("linalg.eigh", d_eigh)
define("linalg.eigvalsh", d_eigvalsh)
define("linalg.svd", d_svd)
define("linalg.svdvals", d_svdvals)
define("linalg.qr", d_qr)
define("linalg.diagonal", d_diagonal)
define("linalg.trace", d_trace)
define("linalg.vector_norm", d_vector_norm)
define("linalg.cross", d_cross_left, d_cross_right, broadcasts=True)
define("linalg.outer", d_outer_left, d_outer_right)
define("linalg.matrix_transpose", lambda dy, y, x: transpose(dy))
