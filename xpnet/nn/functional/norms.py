"""Normalisation, with the weights as arguments."""

from __future__ import annotations

from typing import Any

from ... import ops

__all__ = ["batch_norm"]


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
        ``xpnet.ops.batch_statistics(x)`` returns the batch's.
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
