"""Mean 0 and variance 1 over some axes of each sample: what layer and group norm share.

    x̂ = (x - μ) r        r = 1 / sqrt(v + ε)        μ, v: mean and variance over these axes

μ and v depend on x, with derivatives 1/n and 2 (x - μ)/n over n elements. So an error g that
arrives at x̂ reaches x as g with its mean and its component along x̂ removed:

    dx = r (g - mean(g) - x̂ mean(g x̂))
"""

from __future__ import annotations

from ...backend import namespace
from ...typing import Array

__all__ = ["standardize", "standardize_back"]


def standardize(x: Array, axes: tuple[int, ...], eps: float) -> tuple[Array, Array]:
    """Return x̂, and r with these axes of length 1."""
    xp = namespace(x)
    centred = x - xp.mean(x, axis=axes, keepdims=True)
    var = xp.mean(centred * centred, axis=axes, keepdims=True)
    r = 1.0 / xp.sqrt(var + eps)
    return centred * r, r


def standardize_back(g: Array, x_hat: Array, r: Array, axes: tuple[int, ...]) -> Array:
    """Return the error of x for that of x̂."""
    xp = namespace(g)
    along = xp.mean(g * x_hat, axis=axes, keepdims=True)
    return r * (g - xp.mean(g, axis=axes, keepdims=True) - x_hat * along)
