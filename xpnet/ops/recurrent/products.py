"""The products of recurrent ops that need not wait for the state: all steps in one product.

    a_t = W x_t + b for every t    is    A = X Wᵀ + b        X: (T·N, D)   A: (T·N, G)

and on the way back, with the errors δ_t of all a_t as the rows of Δ,

    dX = Δ W        dW = Σ_t δ_tᵀ x_t = Δᵀ X        db = Σ_t δ_t

One product of large matrices takes a fraction of the time of T small ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...backend import namespace
from ...typing import Array

__all__ = ["input_products", "rows_of", "sum_of_rows", "weight_gradient"]


def input_products(x: Array, w: Array, *biases: Array | None) -> Sequence[Array]:
    """Return W x_t + b for each step: (T, N, D), (G, D) -> T arrays (N, G)."""
    xp = namespace(x, w)
    steps, batch, features = x.shape
    a = xp.matmul(xp.reshape(x, (steps * batch, features)), xp.matrix_transpose(w))
    for b in biases:
        if b is not None:
            a = a + b
    found: Sequence[Array] = xp.unstack(xp.reshape(a, (steps, batch, w.shape[0])), axis=0)
    return found


def rows_of(steps: Sequence[Array]) -> Array:
    """Put the arrays of all steps below each other: T arrays (N, G) -> (T·N, G)."""
    return namespace(*steps).concat(list(steps), axis=0)


def weight_gradient(errors: Array, rows: Array) -> Array:
    """Return dW = Δᵀ X, the sum over steps and samples: (T·N, G), (T·N, D) -> (G, D)."""
    xp = namespace(errors)
    return xp.matmul(xp.matrix_transpose(errors), rows)


def sum_of_rows(errors: Array) -> Array:
    """Return db: (T·N, G) -> (G,)."""
    return namespace(errors).sum(errors, axis=0)
