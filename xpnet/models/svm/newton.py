"""The linear system that the exact solvers of the linear support vector machine solve in each step.

For samples X (N, D), weights t >= 0 (N,) and a price ρ >= 0 of the intercept,

    [ I + Xᵀ T X    Xᵀ t     ] [w]   [g]
    [ tᵀ X          ρ + Σ t  ] [b] = [h],       T = diag(t).

The first row gives w = A⁻¹ g - b A⁻¹ Xᵀ t with A = I + Xᵀ T X, and the second then b.

Of few samples with many features only the N directions of the samples matter: the solution is
w = Σ α_i y_i x_i. With Xᵀ = Q R, where the columns of Q are orthonormal, w = Q v for some v in N
dimensions, X w = Rᵀ v and ‖w‖ = ‖v‖. So Rᵀ (N, N) takes the place of X.
"""

from __future__ import annotations

from ...backend import namespace
from ...typing import Array

__all__ = ["NewtonSystem", "fewest_features"]


class NewtonSystem:
    """The system for the samples `x`, (N, D); `price` is ρ.

    Examples
    --------
    >>> import numpy as np
    >>> system = NewtonSystem(np.asarray([[2.0]]), price=1.0)
    >>> w, b = system.solve(np.asarray([1.0]), np.asarray([7.0]), np.asarray(4.0))
    >>> w, round(float(b), 6)
    (array([1.]), 1.0)
    """

    def __init__(self, x: Array, price: float) -> None:
        self.x, self.price = x, price

    def solve(self, t: Array, g: Array, h: Array) -> tuple[Array, Array]:
        """Return w (D,) and b () for t (N,), g (D,) and h ()."""
        x = self.x
        xp = namespace(x)
        weighted = x * xp.expand_dims(t, axis=1)  # T X
        a = xp.matmul(xp.matrix_transpose(weighted), x)
        a = a + xp.eye(x.shape[1], dtype=x.dtype, device=x.device)
        border = xp.sum(weighted, axis=0)  # Xᵀ t, (D,)
        both = xp.linalg.solve(a, xp.stack([g, border], axis=1))  # (D, 2)
        w, back = both[:, 0], both[:, 1]
        rest = self.price + xp.sum(t) - xp.sum(border * back)
        # 0 if no sample counts and the intercept is free: then h is 0 as well
        rest = xp.clip(rest, float(xp.finfo(x.dtype).smallest_normal) ** 0.5)
        b = (h - xp.sum(border * w)) / rest
        return w - b * back, b


def fewest_features(x: Array) -> tuple[Array, Array | None]:
    """Return Rᵀ and Q if there are more features than samples, else `x` and None.

    Examples
    --------
    >>> import numpy as np
    >>> few, q = fewest_features(np.asarray([[3.0, 0.0, 4.0]]))
    >>> abs(few).round(6).tolist(), q.shape
    ([[5.0]], (3, 1))
    """
    if x.shape[1] <= x.shape[0]:
        return x, None
    xp = namespace(x)
    q, r = xp.linalg.qr(xp.matrix_transpose(x), mode="reduced")
    return xp.matrix_transpose(r), q
