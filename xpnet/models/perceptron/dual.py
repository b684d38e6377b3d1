"""The dual form: count how often each sample is taken; it is seen through inner products alone.

From w = 0 every correction adds η y_i x_i, so at any time, if sample i was taken α_i times,

    w = η Σ_i α_i y_i x_i        b = η Σ_i α_i y_i

and sample j is misclassified if

    y_j (w·x_j + b) = η Σ_i α_i y_i y_j (x_i·x_j + 1) <= 0

The matrix of the y_i y_j (x_i·x_j + 1), Gram's, is computed once; a correction, α_i += 1, adds one
row of it to the sums. Only x_i·x_j is left of the samples: with k(x_i, x_j) in its place this is
the kernel perceptron (M. A. Aizerman, E. M. Braverman, L. I. Rozonoer, 1964, *Theoretical
foundations of the potential function method in pattern recognition learning*).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backend import asarray, device_of, namespace
from .order import make_order
from .result import Learnt, learnt
from .samples import require_count, require_rate, signed_samples

__all__ = ["learn_dual"]


def learn_dual(
    x: Any,
    y: Any,
    *,
    lr: float = 1.0,
    order: str = "cyclic",
    max_updates: int = 10_000,
    seed: int = 0,
    history: bool = False,
) -> Learnt:
    """Learn a perceptron in the dual form: the corrections of :func:`learn`, counted.

    It takes the same samples in the same sequence, as far as rounding does not decide (a sum that
    is zero in one form may be 1e-17 in the other), for N² numbers of memory.

    Parameters
    ----------
    x, y, lr, order, max_updates, seed, history
        As of :func:`learn`.

    Returns
    -------
    Learnt
        As of :func:`learn`, and ``alpha`` (N,): how often each sample was taken, in the dtype of
        the weights. w = η Σ α_i y_i x_i.

    Raises
    ------
    ShapeError, DTypeError, DataError, DeviceError, ArgumentError
        As of :func:`learn`.

    References
    ----------
    N. Cristianini, J. Shawe-Taylor, An Introduction to Support Vector Machines, 2000, table 2.2.

    Examples
    --------
    >>> import xpnet as xn
    >>> x, y = xn.data.logic_gate("and").arrays
    >>> learnt = learn_dual(x, 2 * y - 1)
    >>> learnt.alpha.tolist(), learnt.w.tolist(), learnt.b
    ([2.0, 5.0, 4.0, 7.0], [3.0, 2.0], -4.0)
    """
    where = "perceptron.learn_dual"
    z = signed_samples(where, x, y)  # (N, D + 1)
    rate, most = require_rate(where, lr), require_count(where, "max_updates", max_updates)
    take = make_order(where, order, seed)
    xp, device = namespace(z), device_of(z).native
    gram = z @ xp.matrix_transpose(z)  # (N, N)
    margins = xp.zeros(z.shape[0], dtype=z.dtype, device=device)  # of η = 1
    errors: list[int] = []
    taken: list[int] = []
    while True:
        i, wrong = take(margins)
        errors.append(wrong)
        if not wrong or len(taken) == most:
            break
        margins = margins + gram[i, :]
        taken.append(i)
    counts = np.bincount(np.asarray(taken, dtype=np.int64), minlength=z.shape[0])
    alpha = asarray(counts, z.dtype, device_of(z))
    path = [xp.zeros(z.shape[1], dtype=z.dtype, device=device)] if history else []
    for i in taken if history else ():
        path.append(path[-1] + rate * z[i, :])
    v = rate * (alpha @ z)
    return learnt(v, errors, taken, converged=not wrong, path=path, alpha=alpha)
