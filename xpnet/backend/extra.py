"""What the array API standard lacks and networks need.

Each function works on arrays of any library and on Tensors (whose namespace brings the recorded
version along under ``xpnet_extra``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..errors import ArgumentError
from ..typing import Array, DType, Namespace, Shape
from .library import library_of
from .namespace import namespace

__all__ = ["erf", "one_hot", "pad", "scatter_add", "write"]


def _recorded(x: Array) -> Any:
    """Return the differentiable versions of these functions if `x` is a Tensor."""
    return getattr(namespace(x), "xpnet_extra", None)


def one_hot(indices: Array, n: int, dtype: DType, xp: Namespace) -> Array:
    """Return (..., n) with a one where the last axis equals the index: (...) -> (..., n).

    Indices outside 0 ... n-1 give a row of zeros.

    Examples
    --------
    >>> import numpy as np
    >>> one_hot(np.asarray([2, 0]), 3, np.float32, np)
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    classes = xp.arange(n, dtype=indices.dtype, device=indices.device)  # (n,)
    return xp.astype(xp.expand_dims(indices, axis=-1) == classes, dtype)


def pad(x: Array, widths: Sequence[tuple[int, int]], value: float = 0.0) -> Array:
    """Add elements of one value at the borders.

    Parameters
    ----------
    x : array
    widths : sequence of (before, after)
        For each axis, how many elements to add.
    value : float

    Examples
    --------
    >>> import numpy as np
    >>> pad(np.ones((1, 2)), [(0, 1), (1, 1)])
    array([[0., 1., 1., 0.],
           [0., 0., 0., 0.]])
    """
    widths = tuple((int(before), int(after)) for before, after in widths)
    if len(widths) != len(x.shape) or any(n < 0 for pair in widths for n in pair):
        raise ArgumentError(
            f"pad: widths must be {len(x.shape)} pairs (before, after) of numbers >= 0, got "
            f"{widths}; give one pair for each axis"
        )
    recorded = _recorded(x)
    if recorded is not None:
        return recorded.pad(x, widths, value)
    xp = namespace(x)
    shape = tuple(b + n + a for n, (b, a) in zip(x.shape, widths, strict=True))
    padded = xp.full(shape, value, dtype=x.dtype, device=library_of(x).device(x))
    return write(padded, inner(widths, x.shape), x)


def write(x: Array, key: Any, value: Any, *, keep: bool = False) -> Array:
    """Return `x` with ``x[key] = value``, on libraries without assignment too.

    Parameters
    ----------
    x : bare array
    key : index
    value : bare array or number
    keep : bool
        Leave `x` as it is and return a copy. Otherwise it is written to where that is possible.

    Examples
    --------
    >>> import numpy as np
    >>> write(np.zeros(3), slice(1, None), 5.0)
    array([0., 5., 5.])
    """
    import array_api_extra as xpx  # a tenth of the time of importing xpnet, and not always needed

    return xpx.at(x)[key].set(value, copy=True if keep else None, xp=namespace(x))


def inner(widths: Sequence[tuple[int, int]], shape: Shape) -> tuple[slice, ...]:
    """Return the index of what was there before :func:`pad`."""
    return tuple(slice(b, b + n) for n, (b, _) in zip(shape, widths, strict=True))


def scatter_add(values: Array, indices: Array, size: int, axis: int = 0) -> Array:
    """Add slices of `values` into slots: the adjoint of ``take``; repeated indices accumulate.

    Parameters
    ----------
    values : (..., n, ...) array
    indices : (n,) integer array
    size : int
        The length of the axis in the result.
    axis : int

    Examples
    --------
    >>> import numpy as np
    >>> scatter_add(np.asarray([1.0, 10.0, 100.0]), np.asarray([1, 1, 0]), 3)
    array([100.,  11.,   0.])
    """
    recorded = _recorded(values)
    if recorded is not None:
        return recorded.scatter_add(values, indices, size, axis)
    xp = namespace(values)
    if axis == 0:
        return library_of(values).scatter_add(values, indices, size)
    rows_first = xp.moveaxis(values, axis, 0)
    return xp.moveaxis(library_of(values).scatter_add(rows_first, indices, size), 0, axis)


def erf(x: Array) -> Array:
    """Return the error function 2/sqrt(pi) * integral of exp(-t**2) from 0 to x.

    Error at most a few units in the last place of float64 (relative, also near zero).

    Examples
    --------
    >>> import numpy as np
    >>> float(erf(np.asarray(0.5)).round(12))
    0.520499877813
    """
    recorded = _recorded(x)
    if recorded is not None:
        return recorded.erf(x)
    fast = library_of(x).erf(x)
    return _generic_erf(x) if fast is None else fast


# erfc(x) = t exp(-x² + p(t)) with t = 2 / (2 + x): p is smooth on 0 < t <= 1 and given by its
# Chebyshev series in 2t - 1, interpolated at 40 nodes with 60 digits; 28 terms reach 1e-16.
_CHEBYSHEV = (
    -1.3026537197817094,
    0.6419697923564902,
    0.019476473204185836,
    -0.009561514786808632,
    -0.0009465953444820369,
    0.00036683949785276145,
    4.252332480690777e-05,
    -2.0278578112534242e-05,
    -1.6242900046470256e-06,
    1.3036558355805232e-06,
    1.5626441722066142e-08,
    -8.523809591492654e-08,
    6.5290544390988515e-09,
    5.059343495551469e-09,
    -9.91364156493033e-10,
    -2.273651222931836e-10,
    9.646791102015527e-11,
    2.3940380830391146e-12,
    -6.886027526497553e-12,
    8.944879273090725e-13,
    3.130921399342958e-13,
    -1.1270822361367252e-13,
    3.810905255189232e-16,
    7.106097613609237e-15,
    -1.5230282014571041e-15,
    -9.457494571291254e-17,
    1.210237189224273e-16,
    -2.816663087746774e-17,
)

# erf(x) = 2/sqrt(pi) * sum (-1)^k x^(2k+1) / (k! (2k+1)), used for |x| < 1/2 where 1 - erfc(x)
# would lose relative accuracy.
_TAYLOR = tuple(
    2 / math.sqrt(math.pi) * (-1) ** k / (math.factorial(k) * (2 * k + 1)) for k in range(13)
)


def _generic_erf(x: Array) -> Array:
    xp = namespace(x)
    size = xp.minimum(xp.abs(x), 6.5)  # erf is 1 from 6 on; squares of large numbers overflow
    x2 = size * size
    near = xp.zeros_like(x)
    for a in reversed(_TAYLOR):
        near = near * xp.minimum(x2, 1.0) + a
    t = 2.0 / (2.0 + size)
    u = 4.0 * t - 2.0
    d = xp.zeros_like(x)
    dd = xp.zeros_like(x)
    for c in reversed(_CHEBYSHEV[1:]):  # Clenshaw's recurrence
        d, dd = u * d - dd + c, d
    p = 0.5 * (_CHEBYSHEV[0] + u * d) - dd
    far = 1.0 - t * xp.exp(p - x2)
    return xp.sign(x) * xp.where(size < 0.5, size * near, far)
