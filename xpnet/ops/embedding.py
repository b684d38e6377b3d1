"""Rows of a table, picked by number: how words, characters and positions become vectors.

    y_n = w[i_n]            w: (V, D)   i: (...) integers   y: (..., D)

It is the dense layer of a one-hot row, y_n = e(i_n) w, without the product with zeros. So dw is
what BP4 gives, eᵀ δ: each row of the table receives the errors of all places where it was picked,

    dw[v] = Σ_n [i_n = v] δ_n

and a number that occurs several times counts several times. The row `padding_idx`, which stands for
no word, gets no gradient and so stays as it is.

Y. Bengio, R. Ducharme, P. Vincent, C. Jauvin, 2003, *A neural probabilistic language model*,
section 2 (there called the mapping C).
"""

from __future__ import annotations

import math
from typing import Any

from ..backend import device_of, extra, library_of, namespace, unwrap
from ..errors import ArgumentError, DTypeError, ShapeError
from ..typing import Array
from .norms.channels import require_floating
from .op import Op

__all__ = ["embedding", "require_indices", "require_padding_idx"]


def require_padding_idx(where: str, padding_idx: Any, rows: int) -> None:
    """Raise an ArgumentError unless it is None or the number of a row, perhaps from the end."""
    if padding_idx is None:
        return
    whole = isinstance(padding_idx, int) and not isinstance(padding_idx, bool)
    if not whole or not -rows <= padding_idx < rows:
        raise ArgumentError(
            f"{where}: padding_idx must be an integer from {-rows} to {rows - 1}, got "
            f"{padding_idx!r}; it is the number of a row of the table, usually 0"
        )


def require_indices(where: str, weight: Array, indices: Array) -> None:
    """Raise unless all indices are numbers of rows, where looking does not wait for a device."""
    if len(weight.shape) != 2:
        raise ShapeError(
            f"{where}: weight must be (V, D), a row for each word, got {tuple(weight.shape)}; "
            "reshape it"
        )
    require_floating(where, weight)
    xp = namespace(indices)
    if not xp.isdtype(indices.dtype, "integral"):
        raise DTypeError(
            f"{where}: indices must be integers, got {indices.dtype}; convert them with "
            "xp.astype(indices, xp.int64)"
        )
    if not at_hand(indices) or 0 in indices.shape:
        return
    rows = weight.shape[0]
    whole = xp.astype(indices, xp.int64, copy=False)  # of which every library knows the least
    low, high = int(xp.min(whole)), int(xp.max(whole))
    if low < 0 or high >= rows:
        found = low if low < 0 else high
        remedy = "give the layer as many rows as there are different words"
        if found == rows:
            remedy = "rows count from 0, so subtract 1 if yours begin with 1"
        elif found < 0:
            remedy = "mark padding by a row of its own, padding_idx=0"
        raise ArgumentError(f"{where}: indices must be from 0 to {rows - 1}, got {found}; {remedy}")


def at_hand(indices: Array) -> bool:
    """Return whether looking at numbers costs no waiting."""
    return library_of(indices).at_hand(indices)


def check(weight: Array, indices: Array, *, padding_idx: int | None = None) -> None:
    require_indices("embedding", weight, indices)
    require_padding_idx("embedding", padding_idx, weight.shape[0])


def forward(weight: Array, indices: Array, *, padding_idx: int | None = None) -> tuple[Array, Any]:
    xp = namespace(weight)
    rows, features = weight.shape
    bare = unwrap(indices)
    ints = namespace(bare)
    flat = ints.reshape(ints.astype(bare, ints.int64), (-1,))
    wrong = None
    if not at_hand(bare):
        # nobody has looked: rows that do not exist are NaN, and no GPU stops for good
        wrong = ints.expand_dims((flat < 0) | (flat >= rows), axis=1)  # (N, 1)
        flat = ints.clip(flat, 0, max(rows - 1, 0))
    y = xp.take(weight, flat, axis=0)  # (N, D)
    if wrong is not None:
        y = xp.where(wrong, math.nan, y)
    y = xp.reshape(y, (*indices.shape, features))
    return y, (flat, wrong, rows, features, padding_idx)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    flat, wrong, rows, features, padding_idx = saved
    if not needs[0]:
        return None, None
    xp = namespace(dy)
    dy = xp.reshape(dy, (flat.shape[0], features))  # (..., D) -> (N, D)
    if wrong is not None:
        dy = xp.where(wrong, 0.0, dy)
    dw = extra.scatter_add(dy, flat, rows)
    if padding_idx is not None:
        ints = namespace(flat)
        numbers = ints.arange(rows, dtype=flat.dtype, device=device_of(flat).native)
        dw = xp.where(ints.expand_dims(numbers == padding_idx % rows, axis=1), 0.0, dw)
    return dw, None


embedding = Op("embedding", forward, backward, check)
