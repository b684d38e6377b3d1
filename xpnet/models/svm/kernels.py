"""Kernels: inner products of the images of points in a space that is never entered.

    linear      K(x, z) = x · z
    poly        K(x, z) = (γ x · z + r)^d
    rbf         K(x, z) = exp(-γ ‖x - z‖²)
    sigmoid     K(x, z) = tanh(γ x · z + r)

with γ `gamma`, r `coef0` and d `degree`. All but the last are positive semi-definite for γ > 0 and
r >= 0: K(x, z) = φ(x) · φ(z) for some map φ (J. Mercer, 1909). For ``poly`` of degree 2 in the
plane, γ = 1 and r = 0, it is φ(x) = (x₁², √2 x₁ x₂, x₂²); for ``rbf`` it has infinitely many
components.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...backend import namespace
from ...errors import ArgumentError, choose
from ...typing import Array

__all__ = ["KERNELS", "KernelFunction", "gram_matrix", "kernel_function", "resolve_gamma"]

KernelFunction = Callable[[Array, Array], Array]
"""What gives the kernel of all pairs: (N, D), (M, D) -> (N, M)."""

KERNELS = ("linear", "poly", "rbf", "sigmoid")
"""The kernels by name."""


def kernel_function(
    kernel: str | KernelFunction, gamma: Any = 1.0, coef0: float = 0.0, degree: float = 3
) -> KernelFunction:
    """Return the function of all pairs of rows that a name stands for.

    Parameters
    ----------
    kernel : str or callable
        One of :data:`KERNELS`, or a function (N, D), (M, D) -> (N, M), which is returned.
    gamma : float or array of no axes
    coef0 : float
    degree : float

    Raises
    ------
    ArgumentError
        If there is no such kernel, or the degree is negative.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.asarray([[1.0, 0.0], [0.0, 2.0]])
    >>> kernel_function("poly", gamma=1.0, coef0=1.0, degree=2)(x, x)
    array([[ 4.,  1.],
           [ 1., 25.]])
    """
    if callable(kernel):
        return kernel
    name = choose("kernel_function", "kernel", kernel, KERNELS)
    if not degree >= 0:
        raise ArgumentError(
            f"kernel_function: degree must be >= 0, got {degree!r}; a usual value is 3"
        )

    def dot(x: Array, z: Array) -> Array:
        return namespace(x, z).matmul(x, namespace(z).matrix_transpose(z))  # (N, D) (D, M)

    def poly(x: Array, z: Array) -> Array:
        return (dot(x, z) * gamma + coef0) ** degree

    def sigmoid(x: Array, z: Array) -> Array:
        return namespace(x, z).tanh(dot(x, z) * gamma + coef0)

    def rbf(x: Array, z: Array) -> Array:
        return namespace(x, z).exp(-(squared_distances(x, z) * gamma))

    return {"linear": dot, "poly": poly, "rbf": rbf, "sigmoid": sigmoid}[name]


def squared_distances(x: Array, z: Array) -> Array:
    """Return ‖x_i - z_j‖² = ‖x_i‖² - 2 x_i · z_j + ‖z_j‖²: (N, D), (M, D) -> (N, M).

    Both are moved by the mean of `z` first, which changes no distance: of points far from zero the
    formula would leave but the rounding.

    Examples
    --------
    >>> import numpy as np
    >>> squared_distances(np.asarray([[1e8, 0.0]]), np.asarray([[1e8, 3.0], [1e8, 0.0]]))
    array([[9., 0.]])
    """
    xp = namespace(x, z)
    middle = namespace(z).mean(z, axis=0, keepdims=True) if z.shape[0] else 0.0
    x, z = x - middle, z - middle
    x2 = xp.sum(x * x, axis=1, keepdims=True)  # (N, 1)
    z2 = namespace(z).sum(z * z, axis=1)  # (M,)
    products = xp.matmul(x, xp.matrix_transpose(z))
    # rounding must not make a distance negative
    return xp.maximum(x2 - 2.0 * products + z2, xp.zeros_like(products))


def gram_matrix(
    x: Array,
    z: Array | None = None,
    kernel: str | KernelFunction = "rbf",
    gamma: str | float = "scale",
    coef0: float = 0.0,
    degree: float = 3,
) -> Array:
    """Return the kernel of every row of `x` with every row of `z`.

    Parameters
    ----------
    x : (N, D) array
    z : (M, D) array, optional
        Default: `x`.
    kernel : str or callable, default "rbf"
        One of :data:`KERNELS`, or a function (N, D), (M, D) -> (N, M).
    gamma : "scale", "auto" or float
        See :func:`resolve_gamma`.
    coef0 : float
        Of ``"poly"`` and ``"sigmoid"``.
    degree : float
        Of ``"poly"``.

    Returns
    -------
    (N, M) array

    Examples
    --------
    >>> import numpy as np
    >>> gram_matrix(np.asarray([[0.0], [1.0]]), gamma=math.log(2))
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    if kernel != "linear" and not callable(kernel):
        gamma = resolve_gamma(gamma, x)
    return kernel_function(kernel, gamma, coef0, degree)(x, x if z is None else z)


def resolve_gamma(gamma: str | float, x: Array) -> float:
    """Return γ as a number.

    Parameters
    ----------
    gamma : "scale", "auto" or float
        ``"scale"`` is 1 / (D Var(x)), with the variance of all the numbers in `x`, so that the unit
        of the features does not matter; ``"auto"`` is 1 / D.
    x : (N, D) array

    Raises
    ------
    ArgumentError
        If it is another word, or a number that is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> resolve_gamma("auto", np.ones((3, 4)))
    0.25
    """
    if isinstance(gamma, str):
        if choose("resolve_gamma", "gamma", gamma, ["scale", "auto"]) == "auto":
            return 1.0 / int(x.shape[1])
        variance = float(namespace(x).var(x))
        return 1.0 / (int(x.shape[1]) * variance) if variance > 0 else 1.0
    if isinstance(gamma, bool) or not (gamma > 0 and math.isfinite(gamma)):
        raise ArgumentError(
            f"resolve_gamma: gamma must be 'scale', 'auto' or a number > 0, got {gamma!r}; "
            "'scale' is a good start"
        )
    return float(gamma)
