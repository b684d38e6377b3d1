"""Clipping of gradients: between backward and step, against steps that are too large."""

from __future__ import annotations

import math
from collections.abc import Iterable

from .. import kernels
from ..autograd import Tensor
from ..backend import asarray, namespace, unwrap
from ..errors import ArgumentError
from ..typing import Array

__all__ = ["clip_grad_norm_", "clip_grad_value_"]


def clip_grad_norm_(
    params: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0
) -> Array:
    """Shrink all gradients by one factor so that their common norm is at most `max_norm`.

    With all gradients taken as one long vector g of norm ‖g‖::

        g ← g · min(1, max_norm / (‖g‖ + 10⁻⁶))

    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks",
    ICML 2013, Algorithm 1. No value is fetched from the device.

    Parameters
    ----------
    params : Parameters
        Those without a gradient are passed over.
    max_norm : float
        The largest norm.
    norm_type : float
        p of the p-norm (Σ |g|ᵖ)^(1/p); ``math.inf`` takes the largest entry.

    Returns
    -------
    array
        The norm before clipping, without axes, on the device of the gradients.

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> p = nn.Parameter(np.zeros(2))
    >>> p.grad = np.asarray([3.0, 4.0])
    >>> optim.clip_grad_norm_([p], max_norm=1.0)
    array(5.)
    >>> p.grad.round(3)
    array([0.6, 0.8])
    """
    if not max_norm >= 0:
        raise ArgumentError(
            f"clip_grad_norm_: max_norm must be >= 0, got {max_norm}; a usual value is 1.0"
        )
    if not norm_type > 0:
        raise ArgumentError(
            f"clip_grad_norm_: norm_type must be > 0, got {norm_type}; 2.0 is the usual norm"
        )
    gradients = _gradients(params)
    if not gradients:
        return asarray(0.0)
    arrays = [g for _, g in gradients]
    kernel = kernels.find_for("clip_grad_norm", type(arrays[0])) if norm_type == 2 else None
    done = None if kernel is None else kernel.update(arrays, max_norm)
    if done is not None:
        norm, scaled = done
        for (p, _), g in zip(gradients, scaled, strict=True):
            p.grad = g
        return norm
    xp = namespace(gradients[0][1])
    total = _vector_norm(xp.stack([_vector_norm(g, norm_type) for _, g in gradients]), norm_type)
    factor = xp.minimum(max_norm / (total + 1e-6), 1.0)
    for p, g in gradients:
        # a new array: backward may have given one array to two parameters
        p.grad = g * xp.astype(factor, g.dtype, copy=False)
    return total


def clip_grad_value_(params: Tensor | Iterable[Tensor], value: float) -> None:
    """Bring every entry of every gradient into [-`value`, `value`].

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet import nn, optim
    >>> p = nn.Parameter(np.zeros(2))
    >>> p.grad = np.asarray([3.0, -0.5])
    >>> optim.clip_grad_value_([p], 1.0)
    >>> p.grad
    array([ 1. , -0.5])
    """
    if not value >= 0:
        raise ArgumentError(f"clip_grad_value_: value must be >= 0, got {value}; 1.0 is usual")
    for p, g in _gradients(params):
        p.grad = namespace(g).clip(g, -float(value), float(value))


def _gradients(params: Tensor | Iterable[Tensor]) -> list[tuple[Tensor, Array]]:
    given = [params] if isinstance(params, Tensor) else params
    return [(p, unwrap(p.grad)) for p in given if p.grad is not None]


def _vector_norm(g: Array, norm_type: float) -> Array:
    xp = namespace(g)
    flat = xp.reshape(g, (-1,))
    if flat.shape[0] == 0:
        norm = xp.sum(flat)
    elif norm_type == 2:
        norm = xp.sqrt(xp.vecdot(flat, flat))  # no temporary of the size of g
    elif math.isinf(norm_type):
        norm = xp.max(xp.abs(flat))
    else:
        norm = xp.sum(xp.abs(flat) ** norm_type) ** (1 / norm_type)
    return xp.asarray(norm)  # NumPy's reductions return scalars
