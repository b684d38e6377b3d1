"""Cross-entropy and squared error as functions of w and b: one is convex, the other is not.

Both are written in the array API, so that ``xn.grad`` differentiates them, as often as one wishes.
With a = σ(z), so that a' = a (1 - a), the second derivatives of one sample's cost by z are::

    cross-entropy        -(y log a + (1 - y) log(1 - a))    a (1 - a)                        >= 0
    squared error        (a - y)² / 2                       a (1 - a) (a (1 - a) + (a - y) (1 - 2a))

The first makes the Hessian of the mean cost, with rows (x_i, 1) in place of x_i::

    H = 1/m Σ_i a_i (1 - a_i) x_i x_iᵀ        vᵀ H v = 1/m Σ_i a_i (1 - a_i) (x_iᵀ v)² >= 0

so that every minimum is a global one. The second is negative where an answer is very wrong: for
y = 0 it is a² (1 - a) (2 - 3a), below zero for a > 2/3. There the slope fades out, and gradient
descent stands still before samples that it should learn from most.

C. M. Bishop, 2006, *Pattern recognition and machine learning*, equation 4.97.
"""

from __future__ import annotations

from ...backend import namespace
from ...ops.activations.sigmoid import sigmoid
from ...typing import Array
from .checks import require_samples, require_unit
from .gradients import losses

__all__ = ["cross_entropy", "hessian", "squared_error"]


def cross_entropy(w: Array, b: Array, x: Array, y: Array) -> Array:
    """Return the mean cross-entropy J, an array without axes.

    Parameters
    ----------
    w : array, (D,)
    b : array, ()
    x : array, (m, D)
    y : array, (m,)
        Labels, 0 or 1.

    Raises
    ------
    ShapeError, DTypeError, ArgumentError, DataError
        If shapes, dtypes or labels are others, or there is no sample.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[1.0, 2.0], [3.0, 0.0]]), np.asarray([1, 0])
    >>> round(float(cross_entropy(np.zeros(2), np.zeros(()), x, y)), 6)  # log 2
    0.693147
    """
    z, y = _scores("logistic_regression.cross_entropy", w, b, x, y)
    return namespace(z).mean(losses(z, y))


def squared_error(w: Array, b: Array, x: Array, y: Array) -> Array:
    """Return the mean of (a - y)² / 2, which is not convex; arguments as of `cross_entropy`.

    Examples
    --------
    >>> import numpy as np
    >>> import xpnet as xn
    >>> x, y = np.asarray([[1.0]]), np.asarray([0])
    >>> def along(w):  # by w, with b = 0
    ...     return squared_error(xn.namespace(w).reshape(w, (1,)), np.zeros(()), x, y)
    >>> float(xn.grad(xn.grad(along))(np.asarray(3.0))) < 0
    True
    """
    z, y = _scores("logistic_regression.squared_error", w, b, x, y)
    return namespace(z).mean((sigmoid(z) - y) ** 2) / 2


def hessian(w: Array, b: Array, x: Array) -> Array:
    """Return the second derivatives of the cross-entropy by (w, b): (D + 1, D + 1).

    It does not depend on the labels and has no negative eigenvalue. At w = 0 and b = 0, where every
    a (1 - a) is 1/4 and nowhere larger, its largest eigenvalue is the L that bounds the curvature
    everywhere: with a rate below 2/L gradient descent lowers the cost in every step.

    Parameters
    ----------
    w : array, (D,)
    b : array, ()
    x : array, (m, D)

    Examples
    --------
    >>> import numpy as np
    >>> hessian(np.zeros(1), np.zeros(()), np.asarray([[2.0], [-2.0]]))
    array([[1.  , 0.  ],
           [0.  , 0.25]])
    """
    where = "logistic_regression.hessian"
    xp = namespace(w, b, x)
    require_samples(where, x, xp.zeros(x.shape[:1], dtype=x.dtype, device=x.device))
    require_unit(where, w, b, x)
    a = sigmoid(xp.matmul(x, w) + b)
    m = x.shape[0]
    rows = xp.concat([x, xp.ones((m, 1), dtype=x.dtype, device=x.device)], axis=1)  # (m, D + 1)
    weighted = rows * xp.expand_dims(a * (1.0 - a), axis=1)
    return xp.matmul(xp.matrix_transpose(rows), weighted) / m


def _scores(where: str, w: Array, b: Array, x: Array, y: Array) -> tuple[Array, Array]:
    """Return z (m,) and the labels in its dtype."""
    require_samples(where, x, y)
    require_unit(where, w, b, x)
    xp = namespace(w, b, x, y)
    return xp.matmul(x, w) + b, xp.astype(y, x.dtype)
