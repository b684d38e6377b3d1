"""Gradient descent, as it stands in a lecture: from all samples at once, with a constant rate.

::

    repeat:   (J, dw, db) of all samples
              w ← w - α dw
              b ← b - α db

For a cost with curvature of at most L (no eigenvalue of its Hessian is larger, anywhere) every step
with α < 2/L lowers the cost unless ∇J = 0, and with α = 1/L by at least ‖∇J‖² / (2 L); beyond 2/L
it may rise. Here L is the largest eigenvalue of `hessian` at w = 0 and b = 0, for a (1 - a) <= 1/4.

A. Cauchy, 1847, *Méthode générale pour la résolution des systèmes d'équations simultanées*.
"""

from __future__ import annotations

from collections.abc import Callable

from ...backend import namespace
from ...errors import AnomalyError
from ...typing import Array
from .checks import require_descent, require_samples
from .gradients import vectorized

__all__ = ["descend", "follow"]

Gradient = Callable[[Array, Array, Array, Array], tuple[Array, Array, Array]]


def descend(
    x: Array,
    y: Array,
    *,
    lr: float = 0.1,
    steps: int = 1000,
    gradient: Gradient = vectorized,
    w: Array | None = None,
    b: Array | None = None,
) -> tuple[Array, Array, Array]:
    """Fit w and b of logistic regression by gradient descent.

    Parameters
    ----------
    x : array, (m, D)
    y : array, (m,)
        Labels, 0 or 1.
    lr : float
        Learning rate α.
    steps : int
    gradient : callable
        ``gradient(w, b, x, y) -> (J, dw, db)``: one of the forms in ``gradients.py``, or your own.
    w : array, (D,), optional
        Where to begin. Default: zeros. As the cost is convex, the beginning does not decide which
        cost is reached in the end; it may decide which of several (w, b) of that cost, as where two
        columns of x are equal.
    b : array, (), optional

    Returns
    -------
    w : array, (D,)
    b : array, ()
    costs : array, (steps,)
        J before each step.

    Raises
    ------
    ArgumentError
        If the rate is not positive, or the steps are none to be counted.
    AnomalyError
        If the costs are not finite: the rate is too large.
    ShapeError, DTypeError, ArgumentError, DataError
        If shapes, dtypes or labels are wrong, or there is no sample.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[-2.0], [-1.0], [1.0], [2.0]]), np.asarray([0, 0, 1, 1])
    >>> w, b, costs = descend(x, y, lr=1.0, steps=100)
    >>> costs[[0, -1]].round(3)
    array([0.693, 0.009])
    """
    where = "logistic_regression.descend"
    require_descent(where, lr, steps)
    require_samples(where, x, y)
    xp = namespace(x)
    w = xp.zeros_like(x[0, :]) if w is None else w
    b = xp.zeros((), dtype=x.dtype, device=x.device) if b is None else b
    return follow(where, gradient, w, b, x, y, float(lr), steps)


def follow(
    where: str, gradient: Gradient, w: Array, b: Array, x: Array, y: Array, lr: float, steps: int
) -> tuple[Array, Array, Array]:
    """Return w, b and the costs (steps,) after following the negative gradient; arguments checked.

    No cost is fetched from the device before the end.
    """
    xp = namespace(x)
    costs = []
    for _ in range(steps):
        J, dw, db = gradient(w, b, x, y)
        w = w - lr * dw
        b = b - lr * db
        costs.append(J)
    found = xp.stack(costs) if costs else xp.zeros((0,), dtype=x.dtype, device=x.device)
    if not bool(xp.all(xp.isfinite(found)) & xp.all(xp.isfinite(w))):
        raise AnomalyError(
            f"{where}: the cost must stay finite, got NaN or infinity within {steps} steps of "
            f"lr={lr:g}; take a smaller lr, or scale the features to about 1"
        )
    return w, xp.asarray(b), found
