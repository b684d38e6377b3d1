"""Cost and gradient of logistic regression in three forms: two loops, one loop, none.

The three compute the same numbers. The loops are teaching code: they say what happens to one
sample and one feature, and are hundreds of times slower than the third, in which each loop has
become a product of matrices. With samples as rows, X (m, D), it is::

    z  = X w + b         (m,)      scores
    a  = σ(z)            (m,)      probabilities of class 1
    dz = a - y           (m,)      m ∂J/∂z
    dw = Xᵀ dz / m       (D,)      ∂J/∂w
    db = Σ dz / m        ()        ∂J/∂b

With samples as columns, X (D, m), as many lectures write it: Z = wᵀ X + b, A = σ(Z), dZ = A - Y,
dw = X dZᵀ / m, db = Σ dZ / m.

Why dz is so simple: for l = -(y log a + (1 - y) log(1 - a)) is ∂l/∂a = (a - y) / (a (1 - a)), and
σ'(z) = a (1 - a) cancels the denominator.

The cost of a sample is computed from z, not from a:  l = log(1 + exp(z)) - y z, which is the same
number, without the logarithm of an `a` that has been rounded to 0.

C. M. Bishop, 2006, *Pattern recognition and machine learning*, equations 4.90 and 4.91.
"""

from __future__ import annotations

from ...backend import namespace
from ...ops.activations.sigmoid import logistic
from ...typing import Array
from .checks import require_samples, require_unit

__all__ = ["double_loop", "losses", "single_loop", "vectorized"]

Gradient = tuple[Array, Array, Array]


def losses(z: Array, y: Array) -> Array:
    """Return -(y log σ(z) + (1 - y) log(1 - σ(z))) for each element, finite for every z."""
    xp = namespace(z)
    # log(exp(z) + exp(0)) is smooth for the tape, where max(z, 0) and |z| have a kink in z = 0
    return xp.logaddexp(z, xp.zeros_like(z)) - y * z


def double_loop(w: Array, b: Array, x: Array, y: Array) -> Gradient:
    """Return cost and gradient, with a loop over the samples and one over the features.

    To be read, not to be used: every number is an array of its own here, on any device.

    Parameters
    ----------
    w : array, (D,)
    b : array, ()
    x : array, (m, D)
    y : array, (m,)
        Labels, 0 or 1, of any dtype.

    Returns
    -------
    J : array, ()
        The mean cross-entropy.
    dw : array, (D,)
    db : array, ()

    Raises
    ------
    ShapeError, DTypeError, ArgumentError, DataError
        If shapes, dtypes or labels are others, or there is no sample.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[1.0, 2.0], [3.0, 0.0]]), np.asarray([1, 0])
    >>> J, dw, db = double_loop(np.zeros(2), np.zeros(()), x, y)
    >>> J.round(4), dw, db
    (np.float64(0.6931), array([ 0.5, -0.5]), array(0.))
    """
    xp, y = _checked("logistic_regression.double_loop", w, b, x, y)
    m, d = x.shape
    J = db = xp.zeros_like(b)
    dw = [xp.zeros_like(b) for _ in range(d)]
    for i in range(m):
        z = b
        for j in range(d):
            z = z + w[j] * x[i, j]
        a = logistic(z)
        J = J + losses(z, y[i])
        dz = a - y[i]
        for j in range(d):
            dw[j] = dw[j] + x[i, j] * dz
        db = db + dz
    dw = [dw_j / m for dw_j in dw]
    return xp.asarray(J / m), xp.stack(dw) if dw else xp.zeros_like(w), xp.asarray(db / m)


def single_loop(w: Array, b: Array, x: Array, y: Array) -> Gradient:
    """Return cost and gradient, with a loop over the samples; the features go in one piece.

    To be read, not to be used. Arguments and results are those of :func:`double_loop`.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[1.0, 2.0], [3.0, 0.0]]), np.asarray([1, 0])
    >>> J, dw, db = single_loop(np.zeros(2), np.zeros(()), x, y)
    >>> dw
    array([ 0.5, -0.5])
    """
    xp, y = _checked("logistic_regression.single_loop", w, b, x, y)
    m = x.shape[0]
    J = db = xp.zeros_like(b)
    dw = xp.zeros_like(w)
    for i in range(m):
        z = xp.vecdot(w, x[i, :]) + b
        a = logistic(z)
        J = J + losses(z, y[i])
        dz = a - y[i]
        dw = dw + x[i, :] * dz
        db = db + dz
    return xp.asarray(J / m), dw / m, xp.asarray(db / m)


def vectorized(w: Array, b: Array, x: Array, y: Array) -> Gradient:
    """Return cost and gradient without a loop: the form to use.

    Arguments and results are those of :func:`double_loop`.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[1.0, 2.0], [3.0, 0.0]]), np.asarray([1, 0])
    >>> J, dw, db = vectorized(np.zeros(2), np.zeros(()), x, y)
    >>> dw
    array([ 0.5, -0.5])
    """
    xp, y = _checked("logistic_regression.vectorized", w, b, x, y)
    m = x.shape[0]
    z = xp.matmul(x, w) + b  # (m, D) (D,) -> (m,)
    a = logistic(z)
    J = xp.sum(losses(z, y)) / m
    dz = a - y
    dw = xp.matmul(dz, x) / m  # (m,) (m, D) -> (D,)
    db = xp.sum(dz) / m
    return xp.asarray(J), dw, xp.asarray(db)


def _checked(where: str, w: Array, b: Array, x: Array, y: Array) -> tuple[Array, Array]:
    """Return the namespace, and the labels in the dtype of x."""
    require_samples(where, x, y)
    require_unit(where, w, b, x)
    xp = namespace(w, b, x, y)
    return xp, xp.astype(y, x.dtype)
