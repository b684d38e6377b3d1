"""Normalisation, with the weights as arguments."""

from __future__ import annotations

from typing import Any

from ... import ops

__all__ = [
    "batch_norm",
    "batch_statistics",
    "group_norm",
    "layer_norm",
    "local_response_norm",
    "rms_norm",
]


def batch_norm(
    x: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    *,
    eps: float = 1e-5,
) -> Any:
    """Bring each channel to mean 0 and variance 1, then scale and shift: x: (N, C, *spatial).

    Parameters
    ----------
    x : (N, C, *spatial) array or Tensor
    running_mean, running_var : (C,)
        What to normalise by in evaluation. In training the batch's own are taken and these are
        left as they are, unlike PyTorch's: :class:`xpnet.nn.BatchNorm2d` keeps them, and
        :func:`batch_statistics` returns the batch's.
    weight, bias : (C,), optional
    training : bool
    eps : float
        Keeps the root away from zero.

    Raises
    ------
    ShapeError
        If shapes do not fit, or there is a single value per channel in training.
    ArgumentError
        If the running statistics are missing in evaluation.

    Examples
    --------
    >>> import numpy as np
    >>> batch_norm(np.asarray([[0.0, 5.0], [2.0, 7.0]]), training=True).round(2)
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    given = (None, None) if training else (running_mean, running_var)
    return ops.batch_norm(x, *given, weight, bias, training=training, eps=eps)


def batch_statistics(x: Any) -> Any:
    """Return the mean and the (biased) variance of each channel: (N, C, *spatial) -> (2, C).

    Parameters
    ----------
    x : (N, C, *spatial) array or Tensor

    Raises
    ------
    ShapeError
        If the batch is empty.

    Examples
    --------
    >>> import numpy as np
    >>> batch_statistics(np.asarray([[0.0, 5.0], [2.0, 7.0]]))
    array([[1., 6.],
           [1., 1.]])
    """
    return ops.batch_statistics(x)


def layer_norm(
    x: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """Bring the features of each sample to mean 0 and variance 1, then scale and shift.

    Parameters
    ----------
    x : (..., *normalized_shape) array or Tensor
    normalized_shape : int or tuple of int
        The lengths of the last axes, over which the mean is taken.
    weight, bias : array of shape `normalized_shape`, optional
    eps : float
        Keeps the root away from zero.

    Raises
    ------
    ShapeError
        If shapes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> layer_norm(np.asarray([[1.0, 3.0], [7.0, 5.0]]), 2).round(2)
    array([[-1.,  1.],
           [ 1., -1.]])
    """
    return ops.layer_norm(x, weight, bias, normalized_shape=normalized_shape, eps=eps)


def rms_norm(x: Any, normalized_shape: Any, weight: Any = None, eps: float | None = None) -> Any:
    """Divide the features of each sample by their root mean square, then scale.

    Parameters
    ----------
    x : (..., *normalized_shape) array or Tensor
    normalized_shape : int or tuple of int
        The lengths of the last axes, over which the mean is taken.
    weight : array of shape `normalized_shape`, optional
    eps : float, optional
        Default: the spacing of the dtype's numbers at 1.

    Raises
    ------
    ShapeError
        If shapes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> rms_norm(np.asarray([[1.0, 7.0]]), 2).round(2)
    array([[0.2, 1.4]])
    """
    return ops.rms_norm(x, weight, normalized_shape=normalized_shape, eps=eps)


def group_norm(
    x: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """Bring groups of channels of each sample to mean 0 and variance 1, then scale and shift.

    Parameters
    ----------
    x : (N, C, *spatial) array or Tensor
    num_groups : int
        Divides the channels. 1 takes all together, C each alone (instance normalisation).
    weight, bias : (C,), optional
    eps : float
        Keeps the root away from zero.

    Raises
    ------
    ShapeError
        If shapes do not fit, or there is a single value per group.
    ArgumentError
        If the groups do not divide the channels.

    Examples
    --------
    >>> import numpy as np
    >>> group_norm(np.asarray([[1.0, 3.0, 7.0, 5.0]]), 2).round(2)
    array([[-1.,  1.,  1., -1.]])
    """
    return ops.group_norm(x, weight, bias, num_groups=num_groups, eps=eps)


def local_response_norm(
    x: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Any:
    """Return x / (k + alpha/size · Σ x²)^beta, the sum being over the channels around it.

    Parameters
    ----------
    x : (N, C, *spatial) array or Tensor
    size : int
        How many channels a window has.
    alpha, beta, k : float

    Raises
    ------
    ArgumentError
        If an option makes no sense.

    Examples
    --------
    >>> import numpy as np
    >>> local_response_norm(np.asarray([[1.0, 2.0, 0.0]]), 3, alpha=3.0, beta=1.0).round(3)
    array([[0.167, 0.333, 0.   ]])
    """
    return ops.local_response_norm(x, size=size, alpha=alpha, beta=beta, k=k)
