"""Costs C of a sample, and their gradients ∇ₐC with respect to the outputs a.

==================  ===========================================  ======================
cost                C                                            ∇ₐC
==================  ===========================================  ======================
``quadratic``       ½ ‖a - y‖²                                   a - y
``cross_entropy``   -Σ_k [y_k ln a_k + (1 - y_k) ln(1 - a_k)]    (a - y) / (a (1 - a))
``log_likelihood``  -Σ_k y_k ln a_k                              -y / a
==================  ===========================================  ======================

The cost of N samples is the mean J = 1/N Σ C_n. With the quadratic cost a unit that is wrong and
saturated learns nothing, for BP1 multiplies by σ′(z) ≈ 0. The two others are made for an output
activation whose slope cancels, so that the error is simply

    δᴸ = a - y

the cross-entropy for sigmoid units: (a - y) / (a (1 - a)) ⊙ a (1 - a); the log-likelihood for
softmax: with ∂a_j/∂z_k = a_j ([j = k] - a_k), Σ_j (-y_j / a_j) a_j ([j = k] - a_k) = a_k - y_k, as
the y_j add up to 1.

M. A. Nielsen, 2015, *Neural networks and deep learning*, equations 26, 63, 66 and 80 to 84.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...backend import namespace
from ...ops.losses.binary_cross_entropy import log
from ...typing import Array

__all__ = ["COSTS", "Cost"]


class Cost(NamedTuple):
    """A cost of the outputs a, (N, K), and the targets y, (N, K).

    Attributes
    ----------
    value : callable
        ``value(a, y)`` is J, the mean over the samples, ().
    gradient : callable
        ``gradient(a, y)`` is ∇ₐC of each sample, (N, K).
    output : str
        The output activation whose slope cancels, "" if none does.

    Examples
    --------
    >>> import numpy as np
    >>> a, y = np.asarray([[0.5, 0.5]]), np.asarray([[0.0, 1.0]])
    >>> COSTS["quadratic"].value(a, y), COSTS["quadratic"].gradient(a, y)
    (np.float64(0.25), array([[ 0.5, -0.5]]))
    """

    value: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]
    output: str = ""


def _mean(losses: Array) -> Array:
    """Add up over the units and average over the samples: (N, K) -> ()."""
    return namespace(losses).sum(losses) / losses.shape[0]


def _above_zero(a: Array) -> Array:
    """Keep a denominator from zero, where a unit is saturated."""
    return namespace(a).maximum(a, 1e-12)


COSTS: dict[str, Cost] = {
    "quadratic": Cost(
        value=lambda a, y: _mean(0.5 * (a - y) ** 2),
        gradient=lambda a, y: a - y,
    ),
    "cross_entropy": Cost(
        value=lambda a, y: _mean(-(y * log(a) + (1.0 - y) * log(1.0 - a))),
        gradient=lambda a, y: (a - y) / _above_zero(a * (1.0 - a)),
        output="sigmoid",
    ),
    "log_likelihood": Cost(
        value=lambda a, y: _mean(-y * log(a)),
        gradient=lambda a, y: -y / _above_zero(a),
        output="softmax",
    ),
}
"""The costs by the names that :class:`DeepNetwork` takes."""
