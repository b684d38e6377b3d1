"""Derivatives of matrix decompositions (real matrices).

Source: M. B. Giles, 2008, *An extended collection of matrix derivative results for forward and
reverse mode automatic differentiation*; for eigenvalue problems and SVD also J. Townsend, 2016,
*Differentiating the singular value decomposition*; for QR, S. F. Walter and L. Lehmann, 2010.

Where eigenvalues or singular values coincide, or singular values are zero, their vectors are a
matter of choice and have no gradient. The terms that would be infinite are left out, which is right
for everything that does not depend on that choice.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...errors import AutogradError
from ...typing import Array
from ..primitive import define
from .linalg import eye_like, transpose


def lower_half(a: Array) -> Array:
    """The lower triangle with half of the diagonal."""
    return namespace(a).tril(a) - 0.5 * eye_like(a) * a


def d_cholesky(dy: Array, y: Array, a: Array, /, *, upper: bool = False) -> Array:
    """S = L^-T P(L^T dL) L^-1, where P keeps the lower triangle and half of the diagonal."""
    xp = namespace(a, dy)
    low, dlow = (transpose(y), transpose(dy)) if upper else (y, dy)
    inner = lower_half(transpose(low) @ dlow)
    left = xp.linalg.solve(transpose(low), inner)
    s = transpose(xp.linalg.solve(transpose(low), transpose(left)))
    return 0.5 * (s + transpose(s))


def inverse_differences(values: Array) -> Array:
    """F[i, j] = 1 / (v_j - v_i), and 0 where the values are the same, as on the diagonal."""
    xp = namespace(values)
    gaps = xp.expand_dims(values, axis=-2) - xp.expand_dims(values, axis=-1)
    apart = gaps != 0
    return xp.where(apart, 1.0 / xp.where(apart, gaps, 1.0), 0.0)


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
    divisor = xp.where(along > 0, along, 1.0)
    utdu, vtdv = transpose(u) @ du, transpose(v) @ dv
    core = as_diagonal(ds)
    core = core + (f * (utdu - transpose(utdu))) * along + down * (f * (vtdv - transpose(vtdv)))
    da = u @ core @ vh
    if rows > columns:
        da = da + (du - u @ utdu) / divisor @ vh
    if columns > rows:
        da = da + u @ transpose((dv - v @ vtdv) / divisor)
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


define("linalg.cholesky", d_cholesky)
define("linalg.eigh", d_eigh)
define("linalg.eigvalsh", d_eigvalsh)
define("linalg.svd", d_svd)
define("linalg.svdvals", d_svdvals)
define("linalg.qr", d_qr)
