"""The linear support vector machine with the squared hinge: Newton's method.

    minimise  J(w, b) = ½ (‖w‖² + ρ b²) + Σ C_i max(0, 1 - y_i (w · x_i + b))²

J has a continuous gradient, and is a quadratic function wherever the set of samples with
y_i f(x_i) < 1 stays the same. With m_i = max(0, 1 - y_i f(x_i)) and t_i = 2 C_i for those samples,
0 for the others,

    ∂J/∂w = w - 2 Σ C_i m_i y_i x_i,     ∂J/∂b = ρ b - 2 Σ C_i m_i y_i,

and the generalised Hessian is the matrix of ``newton.py``. Newton's step is exact once the set no
longer changes, so that the method ends after a few steps, at the very minimum.

References
----------
S. S. Keerthi and D. DeCoste, A modified finite Newton method for fast solution of large scale
linear SVMs, JMLR 6, 2005.
"""

from __future__ import annotations

from ...backend import namespace
from ...typing import Array
from .hyperplane import Hyperplane
from .newton import NewtonSystem

__all__ = ["squared_hinge_newton"]

HALVINGS = 20  # of Newton's step, which are tried all at once


def squared_hinge_newton(
    x: Array, y: Array, upper: Array, price: float, tol: float, max_iter: int
) -> Hyperplane:
    """Minimise J for x (N, D), y (N,) of -1 and 1, C_i (N,) and ρ, all floating, in one place.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[-1.0], [1.0]]), np.asarray([-1.0, 1.0])
    >>> found = squared_hinge_newton(x, y, np.ones(2), 0.0, 1e-12, 50)
    >>> found.w, float(found.b)
    (array([0.8]), 0.0)
    """
    xp = namespace(x)
    system = NewtonSystem(x, price)
    w = xp.zeros((x.shape[1],), dtype=x.dtype, device=x.device)
    b = xp.sum(w)  # a zero where the data live
    steps = 2.0 ** -xp.arange(HALVINGS, dtype=x.dtype, device=x.device)  # (S,)
    f = xp.zeros_like(y)
    size = start = 0.0
    iteration = 0
    for iteration in range(max_iter + 1):
        missing = xp.clip(1.0 - y * f, 0.0)  # m, (N,)
        pull = 2.0 * upper * missing * y
        gradient_w = w - xp.matmul(pull, x)
        gradient_b = price * b - xp.sum(pull)
        size = float(xp.sqrt(xp.sum(gradient_w * gradient_w) + gradient_b * gradient_b))
        start = start or size
        if size <= tol * start or iteration == max_iter:
            break
        active = xp.where(missing > 0.0, 2.0 * upper, xp.zeros_like(upper))
        dw, db = system.solve(active, -gradient_w, -gradient_b)
        df = xp.matmul(x, dw) + db
        slope = xp.sum(gradient_w * dw) + gradient_b * db
        # J after each of the steps, less J now: (S,)
        rest = xp.clip(1.0 - y * (f + xp.expand_dims(steps, axis=1) * df), 0.0)  # (S, N)
        loss = xp.sum(upper * (rest * rest - missing * missing), axis=1)
        straight = xp.sum(w * dw) + price * b * db
        bent = xp.sum(dw * dw) + price * db * db
        change = loss + steps * straight + 0.5 * steps * steps * bent
        enough = change <= 1e-4 * steps * slope
        # the longest that lowers J enough; at the end rounding may hide it: then the best one
        step = xp.where(
            xp.any(enough),
            xp.max(xp.where(enough, steps, xp.zeros_like(steps))),
            xp.take(steps, xp.reshape(xp.argmin(change), (1,)))[0],
        )
        w, b, f = w + step * dw, b + step * db, f + step * df
    return Hyperplane(w, b, 2.0 * upper * xp.clip(1.0 - y * f, 0.0), iteration, size <= tol * start)
