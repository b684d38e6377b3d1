"""The linear support vector machine with the hinge: an interior-point method.

    minimise  ½ (‖w‖² + ρ b²) + Σ C_i ξ_i    subject to   y_i (w · x_i + b) = 1 - ξ_i + s_i,
                                                          ξ_i >= 0,  s_i >= 0

ξ is by how much a sample falls short of the margin and s by how much it exceeds it. With a
multiplier α_i for each sample the conditions of Karush, Kuhn and Tucker are

    w = Σ α_i y_i x_i,   ρ b = Σ α_i y_i,   α_i s_i = 0,   (C_i - α_i) ξ_i = 0,   0 <= α_i <= C_i.

An interior-point method puts a number μ > 0 in place of both zeros, takes Newton's steps towards
the solution, and lowers μ to zero while it goes; all of α, C - α, s and ξ stay positive on the way.
Newton's equations for Δw, Δb, Δα, Δs, Δξ, with the residuals

    r_i = 1 + s_i - ξ_i - y_i f(x_i),      p = Σ α_i y_i x_i - w,      q = Σ α_i y_i - ρ b,

are solved from the last to the first:

    Δs_i = (μ - s_i Δα_i) / α_i - s_i,      Δξ_i = (μ + ξ_i Δα_i) / (C_i - α_i) - ξ_i,
    Δα_i = t_i (g_i - y_i Δf(x_i)),         t_i = 1 / (s_i / α_i + ξ_i / (C_i - α_i)),
    g_i = r_i + (μ / α_i - s_i) - (μ / (C_i - α_i) - ξ_i),

which leaves for Δw and Δb the system of ``newton.py`` with the right sides p + Σ t_i g_i y_i x_i
and q + Σ t_i g_i y_i. Each of the twenty or thirty steps costs one such system, whatever C is.

Each step is a pair: with μ = 0 first, which tells how far μ can be lowered and how large the
neglected products Δα Δs are, and then with both (S. Mehrotra).

References
----------
M. C. Ferris and T. S. Munson, Interior-point methods for massive support vector machines, SIAM
Journal on Optimization 13, 2002. S. Mehrotra, On the implementation of a primal-dual interior point
method, SIAM Journal on Optimization 2, 1992.
"""

from __future__ import annotations

import math

from ...backend import namespace
from ...typing import Array
from .hyperplane import Hyperplane
from .newton import NewtonSystem

__all__ = ["hinge_interior_point"]

BACK_OFF = 0.995
"""How much of the way to the next bound a step goes."""


def hinge_interior_point(
    x: Array, y: Array, upper: Array, price: float, tol: float, max_iter: int
) -> Hyperplane:
    """Solve the problem for x (N, D), y (N,) of -1 and 1, C_i > 0 (N,) and ρ, in one place.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[-1.0], [2.0], [3.0]]), np.asarray([-1.0, 1.0, 1.0])
    >>> found = hinge_interior_point(x, y, np.full(3, 10.0), 0.0, 1e-10, 50)
    >>> [round(float(value), 6) for value in (found.w[0], found.b)]
    [0.666667, -0.333333]
    """
    problem = _Problem(x, y, upper, price)
    best, best_error, iteration = problem.answer(0, False), math.inf, 0
    for iteration in range(max_iter + 1):
        error = problem.measure()
        if not error < 1e3 * best_error:  # rounding has taken over
            break
        if error < best_error:
            best, best_error = problem.answer(iteration, error <= tol), error
        if error <= tol or iteration == max_iter:
            break
        problem.step()
    return best._replace(iterations=iteration)


class _Problem:
    """Where the method stands: w, b, α, s, ξ; and the residuals there."""

    def __init__(self, x: Array, y: Array, upper: Array, price: float) -> None:
        self.x, self.y, self.upper, self.price = x, y, upper, price
        self.system = NewtonSystem(x, price)
        xp = namespace(x)
        self.w = xp.zeros((x.shape[1],), dtype=x.dtype, device=x.device)
        self.b = xp.sum(self.w)  # a zero where the data live
        self.alpha, self.s, self.xi = 0.5 * upper, xp.ones_like(y), 2.0 * xp.ones_like(y)
        # what keeps a divisor from zero at the end
        self.tiny = float(xp.finfo(x.dtype).eps) ** 2

    def answer(self, iterations: int, converged: bool) -> Hyperplane:
        """Return where the method stands as what a solver returns."""
        return Hyperplane(self.w, self.b, self.alpha, iterations, converged)

    def measure(self) -> float:
        """Compute the residuals, and return the largest relative error of a condition."""
        x, y, xp = self.x, self.y, namespace(self.x)
        pull = self.alpha * y
        self.r = 1.0 + self.s - self.xi - y * (xp.matmul(x, self.w) + self.b)
        self.p = xp.matmul(pull, x) - self.w
        self.q = xp.sum(pull) - self.price * self.b
        self.products = xp.sum(self.alpha * self.s + (self.upper - self.alpha) * self.xi)
        w2 = xp.sum(self.w * self.w)
        objective = xp.sum(self.upper * self.xi) + 0.5 * w2
        errors = [
            self.products / (1.0 + objective),
            xp.max(xp.abs(self.r)),
            xp.sqrt(xp.sum(self.p * self.p) / (1.0 + w2)),
            xp.abs(self.q) / (1.0 + xp.sum(self.alpha)),
        ]
        return float(xp.max(xp.stack(errors)))

    def step(self) -> None:
        """Predict, correct, and go as far as all that must be positive stays so."""
        xp = namespace(self.x)
        alpha = xp.clip(self.alpha, self.tiny)
        below = xp.clip(self.upper - self.alpha, self.tiny)
        s, xi = self.s, self.xi
        t = 1.0 / (s / alpha + xi / below + self.tiny)

        def direction(towards_s: Array | float, towards_xi: Array | float) -> tuple[Array, ...]:
            """Return Δw, Δb, Δα, Δs, Δξ by which α s and (C - α) ξ become these."""
            more_s, more_xi = towards_s / alpha - s, towards_xi / below - xi
            g = self.r + more_s - more_xi
            pull = t * g * self.y
            dw, db = self.system.solve(t, self.p + xp.matmul(pull, self.x), self.q + xp.sum(pull))
            d_alpha = t * (g - self.y * (xp.matmul(self.x, dw) + db))
            return dw, db, d_alpha, more_s - s / alpha * d_alpha, more_xi + xi / below * d_alpha

        positive = (alpha, below, s, xi)
        _, _, d_alpha, d_s, d_xi = direction(0.0, 0.0)
        step = _longest(positive, (d_alpha, -d_alpha, d_s, d_xi), 1.0)
        after = xp.sum((alpha + step * d_alpha) * (s + step * d_s))
        after = after + xp.sum((below - step * d_alpha) * (xi + step * d_xi))
        mu = self.products / (2.0 * self.y.shape[0]) * (after / self.products) ** 3
        dw, db, d_alpha, d_s, d_xi = direction(mu - d_alpha * d_s, mu + d_alpha * d_xi)
        step = _longest(positive, (d_alpha, -d_alpha, d_s, d_xi), BACK_OFF)
        self.w, self.b = self.w + step * dw, self.b + step * db
        self.alpha = alpha + step * d_alpha
        self.s, self.xi = s + step * d_s, xi + step * d_xi


def _longest(values: tuple[Array, ...], changes: tuple[Array, ...], part: float) -> Array:
    """Return the longest step of at most 1 that keeps `part` of the way to zero, () array."""
    xp = namespace(*values)
    steps = [
        xp.min(xp.where(d < 0.0, -v / xp.where(d < 0.0, d, -xp.ones_like(d)), xp.full_like(d, 1e6)))
        for v, d in zip(values, changes, strict=True)
    ]
    return xp.clip(part * xp.min(xp.stack(steps)), 0.0, 1.0)
