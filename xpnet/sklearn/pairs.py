"""Several classes by machines for two: one for each pair of classes, as in LIBSVM.

Of K classes there are P = K (K - 1) / 2 pairs, in the order (0, 1), (0, 2) ... (1, 2) ... The
output of the machine of a pair is positive for its first class.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ..backend import asarray, device_of, namespace
from ..models.svm import Gram, smo
from ..models.svm.dual import Dual
from ..models.svm.kernels import resolve_gamma
from ..typing import Array
from .features import like

__all__ = ["Pairs", "graded_votes", "solve_pairs", "sparse_kernel", "votes", "weighted_gamma"]


class Pairs(NamedTuple):
    """The machines of all pairs, on the host.

    Attributes
    ----------
    support : (S,) ndarray
        The samples that are support vectors of some pair, class by class.
    counts : (K,) ndarray
        How many of each class.
    beta : (S, P) ndarray
        y α of each of them, 0 in the pairs without it.
    intercepts, iterations : (P,) ndarray
    converged : bool
    """

    support: np.ndarray
    counts: np.ndarray
    beta: np.ndarray
    intercepts: np.ndarray
    iterations: np.ndarray
    converged: bool

    def dual_coef(self) -> np.ndarray:
        """Return the coefficients of each vector against the other classes in order, (K - 1, S)."""
        K = len(self.counts)
        pairs = list(combinations(range(K), 2))
        against = np.asarray([[p for p, pair in enumerate(pairs) if k in pair] for k in range(K)])
        own = np.repeat(np.arange(K), self.counts)
        return np.take_along_axis(self.beta, against[own], axis=1).T


def solve_pairs(
    gram: Gram, numbers: np.ndarray, upper: np.ndarray, tol: float, max_iter: int | None
) -> Pairs:
    """Solve the problem of each pair of classes.

    Parameters
    ----------
    gram : Gram
        The kernel matrix of all samples, (N, N).
    numbers : (N,) ndarray
        Classes 0 ... K-1. One without a sample of positive C_i loses against each that has some.
    upper : (N,) ndarray
        C_i.
    tol, max_iter
        See :func:`xpnet.models.svm.smo`.

    Examples
    --------
    >>> x = np.asarray([[0.0], [1.0], [3.0], [4.0]])
    >>> found = solve_pairs(Gram(None, x @ x.T), np.asarray([0, 0, 1, 1]), np.ones(4), 1e-3, None)
    >>> found.support, found.dual_coef()
    (array([1, 2]), array([[ 0.5, -0.5]]))
    """
    classes = range(int(numbers.max()) + 1)
    members = [np.flatnonzero((numbers == k) & (upper > 0)) for k in classes]
    pairs = list(combinations(classes, 2))
    beta = np.zeros((len(numbers), len(pairs)))
    found = []
    for place, (first, second) in enumerate(pairs):
        if not (len(members[first]) and len(members[second])):
            found.append(_walkover(bool(len(members[first]))))
            continue
        both = np.concatenate([members[first], members[second]])
        signs = np.where(numbers[both] == first, 1.0, -1.0)
        found.append(smo(gram.subset(both), signs, upper[both], tol, max_iter))
        beta[both, place] = found[-1].beta
    used = np.any(beta != 0, axis=1)
    held = [np.flatnonzero(used & (numbers == k)) for k in classes]
    support = np.concatenate(held)
    return Pairs(
        support,
        np.asarray([len(part) for part in held]),
        beta[support],
        np.asarray([dual.intercept for dual in found]),
        np.asarray([dual.iterations for dual in found]),
        all(dual.converged for dual in found),
    )


def _walkover(for_first: bool) -> Dual:
    """Return the machine of a pair of which one class has no samples: always for the other."""
    return Dual(np.zeros(0), 1.0 if for_first else -1.0, 0, 0.0, True)


def votes(outputs: Array, K: int, zero_for_first: bool = False) -> Array:
    """Return how many pairs decide for each class: (N, P) -> (N, K).

    An output of exactly 0 speaks for the second of the pair, unless `zero_for_first`.

    Examples
    --------
    >>> votes(np.asarray([[1.0, -2.0, -0.5]]), 3)
    array([[1., 0., 2.]])
    """
    xp = namespace(outputs)
    for_first, for_second = _sides(outputs, K)
    yes = xp.astype(outputs >= 0 if zero_for_first else outputs > 0, outputs.dtype)
    return xp.matmul(yes, for_first) + xp.matmul(1.0 - yes, for_second)


def graded_votes(outputs: Array, K: int) -> Array:
    """Return votes and, to tell classes with equally many apart, how sure they are.

    The sum of the outputs for a class, squeezed to less than a third of a vote, is added.

    Examples
    --------
    >>> graded_votes(np.asarray([[1.0, -2.0, -0.5]]), 3).round(3)
    array([[ 0.833, -0.2  ,  2.238]])
    """
    xp = namespace(outputs)
    for_first, for_second = _sides(outputs, K)
    sure = xp.matmul(outputs, for_first - for_second)
    return votes(outputs, K, zero_for_first=True) + sure / (3.0 * (xp.abs(sure) + 1.0))


def _sides(outputs: Array, K: int) -> tuple[Array, Array]:
    """Return a one where a class is the first of a pair, and where it is the second: (P, K)."""
    xp = namespace(outputs)
    first, second = np.triu_indices(K, 1)
    both = like(np.stack([np.eye(K)[first], np.eye(K)[second]]), outputs)
    both = xp.astype(both, outputs.dtype)
    return both[0, ...], both[1, ...]


def weighted_gamma(gamma: str | float, x: Any, weights: np.ndarray | None) -> float:
    """Return γ; a sample of weight 2 counts in the variance as if it were there twice.

    Examples
    --------
    >>> x = np.asarray([[0.0], [2.0]])
    >>> weighted_gamma("scale", x, None), weighted_gamma("scale", x, np.asarray([1.0, 0.0]))
    (1.0, 1.0)
    """
    if gamma != "scale":
        return float(gamma) if not isinstance(gamma, str) else 1.0 / int(x.shape[1])
    if weights is None and not sparse.issparse(x):
        return resolve_gamma("scale", x)
    features = int(x.shape[1])
    share = np.ones(x.shape[0]) if weights is None else weights
    share = share / (np.sum(share) * features)
    if sparse.issparse(x):
        mean = float(np.sum(share @ x))
        variance = float(np.sum(share @ x.multiply(x))) - mean * mean
    else:
        xp = namespace(x)
        column = xp.astype(asarray(share[:, None], device=device_of(x)), x.dtype)  # (N, 1)
        off = x - xp.sum(column * x)
        variance = float(xp.sum(column * off * off))
    return 1.0 / (features * variance) if variance > 0 else 1.0


def sparse_kernel(
    x: Any, z: Any, kernel: str, gamma: float, coef0: float, degree: float
) -> np.ndarray:
    """Return the kernel of the rows of two CSR matrices, which stay sparse: (N, M).

    Examples
    --------
    >>> x = sparse.csr_array(np.asarray([[0.0, 1.0], [0.0, 0.0]]))
    >>> sparse_kernel(x, x, "poly", 1.0, 1.0, 2)
    array([[4., 1.],
           [1., 1.]])
    """
    products: np.ndarray = (x @ z.T).toarray()
    if kernel == "linear":
        return products
    if kernel == "poly":
        powers: np.ndarray = (gamma * products + coef0) ** degree
        return powers
    if kernel == "sigmoid":
        return np.tanh(gamma * products + coef0)
    x2, z2 = (np.asarray(part.multiply(part).sum(axis=1)).ravel() for part in (x, z))
    distances: np.ndarray = np.maximum(x2[:, None] - 2.0 * products + z2, 0.0)
    return np.exp(-gamma * distances)
