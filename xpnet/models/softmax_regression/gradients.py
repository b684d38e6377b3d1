"""Cost and gradient of softmax regression: logistic regression with K classes in place of two.

With samples as rows, X (m, D), and labels as rows Y (m, K) of zeros with a one::

    Z  = X Wᵀ + b              (m, K)    scores
    P  = softmax(Z)            (m, K)    p_k = exp(z_k) / Σ_j exp(z_j)
    J  = -1/m Σ_i log p_{i, y_i}
    dZ = P - Y                 (m, K)    m ∂J/∂Z
    dW = dZᵀ X / m             (K, D)
    db = Σ_i dZ_i / m          (K,)

Why dZ is so simple: for one sample is l = -z_y + log Σ_j exp(z_j), so that

    ∂l/∂z_k = -[k = y] + exp(z_k) / Σ_j exp(z_j) = p_k - [k = y].

A number that is added to all scores of a sample cancels in p. The largest score is therefore
subtracted first: no exponential is above 1, and the sum of them not below 1.

With two classes is p_1 = 1 / (1 + exp(-(z_1 - z_0))): logistic regression with w = w_1 - w_0 and
b = b_1 - b_0.

C. M. Bishop, 2006, *Pattern recognition and machine learning*, equations 4.104 to 4.109.
"""

from __future__ import annotations

from ...backend import library_of, namespace, require_one_library, unwrap
from ...errors import ArgumentError, DataError, DTypeError, ShapeError
from ...ops.activations.log_softmax import normalized
from ...ops.losses.labels import hot, require_labels
from ...typing import Array
from ..logistic_regression.checks import require_descent, require_floats
from ..logistic_regression.descent import follow

__all__ = ["descend", "require_classes", "require_layer", "vectorized"]


def vectorized(w: Array, b: Array, x: Array, y: Array) -> tuple[Array, Array, Array]:
    """Return cost and gradient of softmax regression.

    Parameters
    ----------
    w : array, (K, D)
    b : array, (K,)
    x : array, (m, D)
    y : array, (m,)
        Labels from 0 to K - 1, of integers.

    Returns
    -------
    J : array, ()
        The mean cross-entropy.
    dw : array, (K, D)
    db : array, (K,)

    Raises
    ------
    ShapeError, DTypeError, ArgumentError, DataError
        If shapes, dtypes or labels are others, or there is no sample.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[1.0, 2.0], [3.0, 0.0]]), np.asarray([2, 0])
    >>> J, dw, db = vectorized(np.zeros((3, 2)), np.zeros(3), x, y)
    >>> dw.round(3)
    array([[-0.833,  0.333],
           [ 0.667,  0.333],
           [ 0.167, -0.667]])
    """
    where = "softmax_regression.vectorized"
    require_layer(where, w, b, x)
    require_classes(where, x, y, w.shape[0])
    xp = namespace(w, b, x, y)
    m = x.shape[0]
    z = xp.matmul(x, xp.matrix_transpose(w)) + b  # (m, D) (D, K) -> (m, K)
    logp = normalized(z, axis=1)
    rows = hot(y, z)  # (m, K)
    J = -xp.sum(rows * logp) / m
    dz = xp.exp(logp) - rows
    dw = xp.matmul(xp.matrix_transpose(dz), x) / m  # (K, m) (m, D) -> (K, D)
    db = xp.sum(dz, axis=0) / m
    return xp.asarray(J), dw, db


def descend(
    x: Array,
    y: Array,
    classes: int,
    *,
    lr: float = 0.1,
    steps: int = 1000,
    w: Array | None = None,
    b: Array | None = None,
) -> tuple[Array, Array, Array]:
    """Fit w and b of softmax regression by gradient descent: w ← w - α dw, b ← b - α db.

    Parameters
    ----------
    x : array, (m, D)
    y : array, (m,)
        Labels from 0 to K - 1.
    classes : int
        K.
    lr : float
        Learning rate α.
    steps : int
    w : array, (K, D), optional
        Where to begin. Default: zeros.
    b : array, (K,), optional

    Returns
    -------
    w : array, (K, D)
    b : array, (K,)
    costs : array, (steps,)
        J before each step.

    Raises
    ------
    ArgumentError
        If the rate is not positive, the steps are none to be counted, or there are fewer than two
        classes.
    AnomalyError
        If the costs are not finite: the rate is too large.
    ShapeError, DTypeError, ArgumentError, DataError
        If shapes, dtypes or labels are wrong, or there is no sample.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[-2.0], [0.0], [2.0]]), np.asarray([0, 1, 2])
    >>> w, b, costs = descend(x, y, 3, lr=1.0, steps=100)
    >>> np.argmax(x @ w.T + b, axis=1)
    array([0, 1, 2])
    """
    where = "softmax_regression.descend"
    require_descent(where, lr, steps)
    if isinstance(classes, bool) or not isinstance(classes, int) or classes < 2:
        raise ArgumentError(
            f"{where}: classes must be an integer >= 2, got {classes!r}; digits have 10"
        )
    require_classes(where, x, y, classes)
    xp = namespace(x)
    place = {"dtype": x.dtype, "device": x.device}
    w = xp.zeros((classes, x.shape[1]), **place) if w is None else w
    b = xp.zeros((classes,), **place) if b is None else b
    return follow(where, vectorized, w, b, x, y, float(lr), steps)


def require_classes(where: str, x: Array, y: Array, classes: int) -> None:
    """Raise unless x is (m, D), m at least 1, and y (m,) holds labels from 0 to K - 1.

    Whether labels are in range is looked at only where that does not wait for a device.
    """
    require_one_library(where, (x, y))
    require_floats(where, x)
    bare = unwrap(y)
    xp = namespace(bare)
    if x.shape[0] == 0:
        raise DataError(f"{where}: x must have at least one sample, got none; check the selection")
    # require_labels wants scores, one row for each sample; only their shape matters
    scores = xp.zeros((x.shape[0], classes), device=library_of(bare).device(bare))
    require_labels(where, scores, bare)


def require_layer(where: str, w: Array, b: Array, x: Array) -> None:
    """Raise unless w is (K, D) and b (K,), of the dtype of x (m, D)."""
    require_one_library(where, (w, b, x))
    require_floats(where, x)
    d = x.shape[1]
    if len(w.shape) != 2 or w.shape[1] != d or tuple(b.shape) != (w.shape[0],):
        raise ShapeError(
            f"{where}: w and b must be (K, {d}) and (K,) for x of shape {tuple(x.shape)}, got "
            f"{tuple(w.shape)} and {tuple(b.shape)}; zeros of these shapes are a good beginning"
        )
    if w.dtype != x.dtype or b.dtype != x.dtype:
        raise DTypeError(
            f"{where}: w and b must have the dtype of x, {x.dtype}, got {w.dtype} and {b.dtype}; "
            "convert them with xp.astype(w, x.dtype)"
        )
