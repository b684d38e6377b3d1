"""Sequential minimal optimisation: the dual problem of a support vector machine, two at a time.

With β_i = y_i α_i, so that f(x) = Σ β_i K(x_i, x) + b, the dual problem is

    maximise  y · β - ½ βᵀ K β    subject to   Σ β_i = 0,   low_i <= β_i <= high_i,

where [low, high] is [0, C_i] for samples with y_i = 1 and [-C_i, 0] for those with y_i = -1. Its
gradient v = y - K β is the target minus the output without b. Two of the β change against each
other, β_i += λ and β_j -= λ, which keeps their sum. The objective then gains

    λ (v_i - v_j) - ½ λ² η,        η = K_ii + K_jj - 2 K_ij,

most for λ = (v_i - v_j) / η, and λ is cut where one of the two meets its bound. It is optimal when
no pair gains: when the largest v_i that may rise (β_i < high_i) is not above the smallest v_j that
may fall (β_j > low_j) by more than `tol`. In between lies b, the v of all i with low_i < β_i <
high_i. So the difference is the largest violation of the conditions of Karush, Kuhn and Tucker.

Which pair: i as the one that rises with the largest v, j as the one whose pair with i gains most,
(v_i - v_j)² / 2η ("second order" selection; the same as in LIBSVM).

Of many samples the pairs are drawn from a working set, the samples that violate the conditions
most and those of the last set: its part of K comes to the host, where one step takes
microseconds, and the v of all samples are brought up to date by one product on the device where
the data live. So a GPU waits for the host once in thousands of steps.

References
----------
J. C. Platt, Fast training of support vector machines using sequential minimal optimization, 1998
(the two-variable step). R.-E. Fan, P.-H. Chen and C.-J. Lin, Working set selection using second
order information for training support vector machines, JMLR 6, 2005 (WSS 3). Z. Wen, J. Shi, Q. Li,
B. He and J. Chen, ThunderSVM: a fast SVM library on GPUs and CPUs, JMLR 19, 2018 (working sets).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ...errors import ArgumentError
from .gram import FEW, Gram

__all__ = ["Dual", "smo"]

TOGETHER = FEW
"""Up to so many samples are one working set."""

WORKING_SET = 1000
"""How many samples are one working set, if there are more."""

LEAST_CURVATURE = 1e-12  # η of equal samples is 0, and of kernels that are no inner product < 0

PATIENCE = 1000
"""After so many steps of two, one of all free variables: K of few features is nearly singular."""

FACES = 20
LARGEST_FACE = 300


class Dual(NamedTuple):
    """The solution of the dual problem.

    Attributes
    ----------
    beta : (N,) array of NumPy
        y_i α_i: zero for samples that are no support vectors.
    intercept : float
        b.
    iterations : int
        Steps of two variables.
    violation : float
        Of the conditions of Karush, Kuhn and Tucker.
    converged : bool
        Whether that is below `tol`.
    """

    beta: np.ndarray
    intercept: float
    iterations: int
    violation: float
    converged: bool


def smo(
    gram: Gram,
    y: np.ndarray,
    upper: np.ndarray,
    tol: float = 1e-3,
    max_iter: int | None = None,
) -> Dual:
    """Maximise Σ α_i - ½ ΣΣ α_i α_j y_i y_j K_ij with 0 <= α_i <= C_i and Σ α_i y_i = 0.

    Parameters
    ----------
    gram : Gram
        The kernel matrix, (N, N).
    y : (N,) array of NumPy
        -1 or 1.
    upper : (N,) array of NumPy
        C_i, how much a sample may weigh; one of 0 takes no part.
    tol : float, default 1e-3
        The largest violation that is good enough.
    max_iter : int, optional
        Stop after so many steps. Default: no limit that a problem meets (10⁷, or 100 N if more).

    Returns
    -------
    Dual

    Examples
    --------
    >>> x = np.asarray([[0.0], [1.0], [3.0], [4.0]])
    >>> found = smo(Gram(None, x @ x.T), np.asarray([-1, -1, 1, 1]), np.full(4, 10.0))
    >>> found.beta.tolist(), found.intercept
    ([0.0, -0.5, 0.5, 0.0], -2.0)
    """
    if not tol > 0:
        raise ArgumentError(f"smo: tol must be > 0, got {tol!r}; a usual value is 1e-3")
    y = np.asarray(y, dtype=np.float64)
    low, high = np.where(y > 0, 0.0, -upper), np.where(y > 0, upper, 0.0)
    beta, v = np.zeros(len(y)), y.copy()
    limit = max(10_000_000, 100 * len(y)) if max_iter is None else max_iter
    iterations, chosen = 0, np.zeros(0, dtype=np.int64)
    while True:
        rising, falling = beta < high, beta > low
        top = float(np.max(v, where=rising, initial=-math.inf))
        bottom = float(np.min(v, where=falling, initial=math.inf))
        violation = top - bottom if top > bottom else 0.0
        if violation < tol or iterations >= limit:
            break
        chosen = _working_set(v, beta, rising, falling, chosen)
        rows = gram.rows(chosen)
        problem = _Block(
            gram.block_of(rows, chosen), v[chosen], beta[chosen], low[chosen], high[chosen]
        )
        together = len(chosen) == len(y)
        enough = tol if together else max(tol, 0.1 * violation)
        iterations += problem.solve(enough, limit - iterations)
        change = problem.beta - beta[chosen]
        beta[chosen] = problem.beta
        if together:
            v = problem.v
        else:
            v -= gram.product_of(rows, change)
    return Dual(beta, _intercept(v, beta, low, high), iterations, violation, violation < tol)


def _intercept(v: np.ndarray, beta: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Return the mean v of the free; if none is, the middle of where b may be."""
    free = (low < beta) & (beta < high)
    if np.any(free):
        return float(np.mean(v[free]))
    top = float(np.max(v, where=beta < high, initial=-math.inf))
    bottom = float(np.min(v, where=beta > low, initial=math.inf))
    ends = [end for end in (top, bottom) if math.isfinite(end)]
    return sum(ends) / max(1, len(ends))


def _working_set(
    v: np.ndarray, beta: np.ndarray, rising: np.ndarray, falling: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """Return the samples that may gain most, and of the last working set what there is room for."""
    n = len(v)
    if n <= TOGETHER:
        return np.arange(n)
    quarter = WORKING_SET // 4
    up = np.argsort(np.where(rising, -v, math.inf), kind="stable")[:quarter]
    down = np.argsort(np.where(falling, v, math.inf), kind="stable")[:quarter]
    # of the last ones those first whose β is not zero: support vectors are found early
    last = last[np.argsort(beta[last] == 0, kind="stable")]
    ordered = np.concatenate([up, down, last])
    _, first = np.unique(ordered, return_index=True)
    return ordered[np.sort(first)[:WORKING_SET]]


class _Block:
    """The problem of one working set: K (q, q), and v, β and bounds (q,), all on the host."""

    def __init__(
        self, K: np.ndarray, v: np.ndarray, beta: np.ndarray, low: np.ndarray, high: np.ndarray
    ) -> None:
        self.K, self.v, self.beta, self.low, self.high = K, v, beta, low, high

    def solve(self, tol: float, limit: int) -> int:
        """Take steps until no pair violates by `tol`, and return how many."""
        K, v, beta, low, high = self.K, self.v, self.beta, self.low, self.high
        diagonal = np.diagonal(K).copy()
        # added to v, these leave out who is at its bound
        rise = np.where(beta < high, 0.0, -math.inf)
        fall = np.where(beta > low, 0.0, math.inf)
        excess, curvature = np.empty_like(v), np.empty_like(v)
        polished = False
        for iteration in range(limit):
            if iteration % PATIENCE == PATIENCE - 1 or polished:
                self.climb()
                rise[:] = np.where(beta < high, 0.0, -math.inf)
                fall[:] = np.where(beta > low, 0.0, math.inf)
            np.add(v, rise, out=excess)
            i = int(excess.argmax())
            top = excess[i]
            np.add(v, fall, out=excess)
            np.subtract(top, excess, out=excess)  # v_i - v_j, -inf for those that cannot fall
            if not excess.max() >= tol:
                if polished:
                    return iteration
                polished = True  # which variables are free is known: all of them exactly, at once
                continue
            polished = False
            np.maximum(excess, 0.0, out=excess)
            np.multiply(K[i], -2.0, out=curvature)
            curvature += diagonal
            curvature += diagonal[i]
            np.maximum(curvature, LEAST_CURVATURE, out=curvature)
            gain = np.multiply(excess, excess, out=excess)
            gain /= curvature
            j = int(gain.argmax())

            room_i, room_j = high[i] - beta[i], beta[j] - low[j]
            step = min((top - v[j]) / curvature[j], room_i, room_j)
            # exactly at the bound, not off it by rounding
            beta[i] = high[i] if step == room_i else beta[i] + step
            beta[j] = low[j] if step == room_j else beta[j] - step
            for k in (i, j):
                rise[k] = 0.0 if beta[k] < high[k] else -math.inf
                fall[k] = 0.0 if beta[k] > low[k] else math.inf
            np.subtract(K[i], K[j], out=curvature)
            curvature *= step
            v -= curvature
        return limit

    def climb(self) -> None:
        """Go to the maximum over all free β at once, bound after bound."""
        K, v, beta, low, high = self.K, self.v, self.beta, self.low, self.high
        for _ in range(FACES):
            free = np.flatnonzero((low < beta) & (beta < high))
            q = len(free)
            if not 2 < q <= LARGEST_FACE:
                return
            system = np.ones((q + 1, q + 1))
            system[:q, :q] = K[np.ix_(free, free)]
            # where K is singular, which it is for few features, the path still leads upwards
            system[range(q), range(q)] += 1e-10 * max(1.0, float(np.max(np.diagonal(K))))
            system[q, q] = 0.0
            try:
                path = np.linalg.solve(system, np.append(v[free], 0.0))[:q]
            except np.linalg.LinAlgError:
                return
            path -= np.mean(path)
            uphill = float(v[free] @ path)
            bend = float(path @ K[np.ix_(free, free)] @ path)
            if not (math.isfinite(uphill) and uphill > 0):
                return
            ends = np.where(path > 0, high[free], low[free])
            with np.errstate(divide="ignore", invalid="ignore"):
                rooms = np.where(path == 0, math.inf, (ends - beta[free]) / path)
            first = int(np.argmin(rooms))
            best = uphill / bend if bend > 0 else math.inf
            step = min(float(rooms[first]), best)
            beta[free] += step * path
            v -= step * (path @ K[free])
            if step == best:
                return
            beta[free[first]] = ends[first]
