"""Derivatives of matrix products: BP2 and BP4 of back-propagation in their general form."""

from __future__ import annotations

from ...backend import namespace
from ...typing import Array
from ..primitive import define, unbroadcast


def as_matrices(dy: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Give vectors among the factors their missing axis: (K,) -> (1, K) or (K, 1)."""
    xp = namespace(dy, a, b)
    if len(b.shape) == 1:
        b, dy = xp.expand_dims(b, axis=1), xp.expand_dims(dy, axis=-1)
    if len(a.shape) == 1:
        a, dy = xp.expand_dims(a, axis=0), xp.expand_dims(dy, axis=-2)
    return dy, a, b


def d_left(dy: Array, y: Array, a: Array, b: Array) -> Array:
    dy, rows, columns = as_matrices(dy, a, b)
    xp = namespace(dy, b)
    return xp.reshape(unbroadcast(dy @ xp.matrix_transpose(columns), rows), a.shape)


def d_right(dy: Array, y: Array, a: Array, b: Array) -> Array:
    dy, rows, columns = as_matrices(dy, a, b)
    xp = namespace(dy, a)
    return xp.reshape(unbroadcast(xp.matrix_transpose(rows) @ dy, columns), b.shape)


def d_vecdot(dy: Array, y: Array, a: Array, b: Array, /, *, axis: int = -1) -> Array:
    return namespace(dy).expand_dims(dy, axis=axis) * b


for name in ("matmul", "linalg.matmul"):
    define(name, d_left, d_right)
for name in ("vecdot", "linalg.vecdot"):
    define(
        name,
        d_vecdot,
        lambda dy, y, a, b, /, *, axis=-1: d_vecdot(dy, y, b, a, axis=axis),
        broadcasts=True,
    )
