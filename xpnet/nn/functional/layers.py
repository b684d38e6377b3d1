"""What layers compute, with the parameters as arguments."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...backend import dtype_of, extra, namespace, random
from ...errors import ArgumentError, DTypeError
from ...ops.dropout import require_probability
from ...ops.matching import require_image

__all__ = ["dense", "dropout", "dropout1d", "dropout2d", "flatten", "linear", "one_hot"]


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """Return x Wᵀ + b: (..., D) -> (..., M).

    Parameters
    ----------
    x : (..., D) array or Tensor
    weight : (M, D)
    bias : (M,), optional

    Examples
    --------
    >>> import numpy as np
    >>> linear(np.asarray([[1.0, 2.0]]), np.asarray([[3.0, 4.0]]), np.asarray([0.5]))
    array([[11.5]])
    """
    return ops.linear(x, weight, bias)


def dense(x: Any, *parameters: Any, rectify_last: bool = False) -> Any:
    """Apply dense layers with rectifiers in between: (N, D) -> (N, M).

    :class:`xpnet.nn.Sequential` calls it where layers of these kinds follow each other.

    Parameters
    ----------
    x : array or Tensor, (N, D)
    *parameters : array, Tensor or None
        Weight and bias of each layer in turn, as :func:`linear` takes them.
    rectify_last : bool
        Whether there is a rectifier after the last layer too.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.asarray([[1.0, -2.0]]), np.eye(2)
    >>> dense(x, w, None, w, np.asarray([0.5, 0.5]))
    array([[1.5, 0.5]])
    """
    return ops.dense(x, *parameters, rectify_last=rectify_last)


def flatten(x: Any, start_dim: int = 1, end_dim: int = -1) -> Any:
    """Join axes, by default all but the first: (N, C, H, W) -> (N, C·H·W).

    Examples
    --------
    >>> import numpy as np
    >>> flatten(np.ones((32, 1, 28, 28))).shape
    (32, 784)
    """
    if start_dim == 1 and end_dim == -1 and len(x.shape) == 2:
        return x  # nothing to join
    return ops.flatten(x, start_dim=start_dim, end_dim=end_dim)


def dropout(x: Any, p: float = 0.5, training: bool = True) -> Any:
    """Set elements to zero with probability p and scale the others by 1 / (1 - p).

    Which elements is decided by one draw of :func:`xpnet.backend.random.bits`: element i, counted
    in row-major order, is kept if the i-th word is at least ``round(p * 2**32)``. So a seed gives
    the same mask on every library and device.

    Parameters
    ----------
    x : array or Tensor
    p : float
        From 0 to 1.
    training : bool
        If False, x is returned as it is and nothing is drawn.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> xn.manual_seed(0)
    >>> y = dropout(np.ones(1000), p=0.2)
    >>> np.unique(y), int(np.count_nonzero(y))
    (array([0.  , 1.25]), 801)
    """
    return _dropped("dropout", x, p, training)


def dropout1d(x: Any, p: float = 0.5, training: bool = True) -> Any:
    """Set whole channels of sequences to zero: (N, C, L), as it came; see :func:`dropout2d`."""
    require_image("dropout1d", x, 1)
    return _dropped("dropout1d", x, p, training, shared_axes=1)


def dropout2d(x: Any, p: float = 0.5, training: bool = True) -> Any:
    """Set whole channels of images to zero with probability p: (N, C, H, W), as it came.

    As :func:`dropout`, with one word of the draw for each channel of each image.

    Parameters
    ----------
    x : (N, C, H, W) array or Tensor
    p : float
        From 0 to 1.
    training : bool
        If False, x is returned as it is and nothing is drawn.

    Raises
    ------
    ShapeError
        If `x` is not (N, C, H, W).
    ArgumentError
        If p is no probability.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> xn.manual_seed(0)
    >>> y = dropout2d(np.ones((1, 4, 3, 3)), p=0.5)
    >>> y[0, :, 0, 0], np.all(y == y[:, :, :1, :1])
    (array([0., 0., 2., 0.]), np.True_)
    """
    require_image("dropout2d", x, 2)
    return _dropped("dropout2d", x, p, training, shared_axes=2)


def _dropped(where: str, x: Any, p: float, training: bool, shared_axes: int = 0) -> Any:
    """Apply dropout by the next draw, with the last axes dropped together."""
    require_probability(where, p)
    if not training or p == 0:
        return x
    return ops.dropout(x, None, p=p, draw=random.next_draw(), shared_axes=shared_axes)


def one_hot(labels: Any, num_classes: int, dtype: Any = "float32") -> Any:
    """Return rows of zeros with a one at the label: (...) -> (..., K).

    Parameters
    ----------
    labels : integer array
        From 0 to K - 1; other numbers give rows of zeros.
    num_classes : int
        K.
    dtype : str or data type

    Raises
    ------
    DTypeError
        If the labels are not integers.

    Examples
    --------
    >>> import numpy as np
    >>> one_hot(np.asarray([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    xp = namespace(labels)
    if not xp.isdtype(labels.dtype, "integral"):
        raise DTypeError(
            f"one_hot: labels must be integers, got {labels.dtype}; convert them with "
            "xp.astype(labels, xp.int64)"
        )
    if num_classes < 1:
        raise ArgumentError(
            f"one_hot: num_classes must be >= 1, got {num_classes}; it is the largest label plus 1"
        )
    return extra.one_hot(xp.astype(labels, xp.int32), num_classes, dtype_of(xp, dtype), xp)
