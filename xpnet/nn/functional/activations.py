"""Activation functions: each takes and returns an array (or Tensor) of the same shape."""

from __future__ import annotations

from typing import Any

from ... import ops

__all__ = [
    "elu",
    "gelu",
    "leaky_relu",
    "log_softmax",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "softmax",
    "softplus",
    "step",
    "tanh",
]


def relu(x: Any) -> Any:
    """Return max(x, 0).

    Examples
    --------
    >>> import numpy as np
    >>> relu(np.asarray([-1.0, 2.0]))
    array([0., 2.])
    """
    return ops.relu(x)


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """Return x where x > 0, else ``negative_slope * x``.

    Examples
    --------
    >>> import numpy as np
    >>> leaky_relu(np.asarray([-1.0, 2.0]), negative_slope=0.1)
    array([-0.1,  2. ])
    """
    return ops.leaky_relu(x, negative_slope=negative_slope)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """Return x where x > 0, else ``alpha * (exp(x) - 1)``.

    Examples
    --------
    >>> import numpy as np
    >>> elu(np.asarray([-1.0, 2.0])).round(3)
    array([-0.632,  2.   ])
    """
    return ops.elu(x, alpha=alpha)


def gelu(x: Any, approximate: str = "none") -> Any:
    """Return x times the probability that a standard normal number is below x.

    Parameters
    ----------
    x : array or Tensor
    approximate : {"none", "tanh"}
        ``"tanh"`` is off by up to 5e-4 and is what some published models were trained with.

    Examples
    --------
    >>> import numpy as np
    >>> gelu(np.asarray([-1.0, 2.0])).round(3)
    array([-0.159,  1.954])
    """
    return ops.gelu(x, approximate=approximate)


def silu(x: Any) -> Any:
    """Return x times the logistic function of x (also called swish).

    Examples
    --------
    >>> import numpy as np
    >>> silu(np.asarray([-1.0, 2.0])).round(3)
    array([-0.269,  1.762])
    """
    return ops.silu(x)


def sigmoid(x: Any) -> Any:
    """Return the logistic function 1 / (1 + exp(-x)).

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid(np.asarray([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    return ops.sigmoid(x)


def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent.

    Examples
    --------
    >>> import numpy as np
    >>> tanh(np.asarray([0.0, 1e4]))
    array([0., 1.])
    """
    return ops.tanh(x)


def softplus(x: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """Return ``log(1 + exp(beta * x)) / beta``, and x itself where ``beta * x > threshold``.

    Examples
    --------
    >>> import numpy as np
    >>> softplus(np.asarray([0.0, 30.0])).round(3)
    array([ 0.693, 30.   ])
    """
    return ops.softplus(x, beta=beta, threshold=threshold)


def softmax(x: Any, axis: int = -1) -> Any:
    """Return exp(x), scaled to sum to one along an axis: scores to probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.asarray([[0.0, 0.0], [1e4, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    return ops.softmax(x, axis=axis)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """Return the logarithm of the softmax, finite also where a probability rounds to zero.

    Examples
    --------
    >>> import numpy as np
    >>> log_softmax(np.asarray([1e4, 0.0]))
    array([     0., -10000.])
    """
    return ops.log_softmax(x, axis=axis)


def sign(x: Any) -> Any:
    """Return -1, 0 or 1; no gradient can pass.

    Raises
    ------
    AutogradError
        When a gradient is to pass; see :mod:`xpnet.ops.activations.sign`.

    Examples
    --------
    >>> import numpy as np
    >>> sign(np.asarray([-2.0, 0.0, 0.5]))
    array([-1.,  0.,  1.])
    """
    return ops.sign(x)


def step(x: Any) -> Any:
    """Return 1 where x > 0, else 0; no gradient can pass.

    Raises
    ------
    AutogradError
        When a gradient is to pass; see :mod:`xpnet.ops.activations.sign`.

    Examples
    --------
    >>> import numpy as np
    >>> step(np.asarray([-2.0, 0.0, 0.5]))
    array([0., 0., 1.])
    """
    return ops.step(x)
