"""Preparing features and labels, on arrays of any library.

What is learnt from the training data (mean, range) must be applied to the test data as it is: that
is why :class:`Standardize` and :class:`Normalize` separate `fit` from `transform`.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar

from ..backend import (
    asarray,
    device_of,
    dtype_name,
    dtype_of,
    extra,
    is_floating,
    namespace,
    unwrap,
)
from ..errors import ArgumentError, DataError, DTypeError
from ..typing import Array
from .dataset import ArrayDataset

__all__ = ["Normalize", "Standardize", "normalize", "one_hot", "standardize"]

Fitted = TypeVar("Fitted", bound="_Affine")
Axis = int | tuple[int, ...] | None


class _Affine:
    """y = (x - shift) / scale, with shift and scale taken from data by `fit`."""

    def __init__(self, axis: Axis = 0) -> None:
        self.axis = axis
        self.shift: Array = None
        self.scale: Array = None

    def fit(self: Fitted, data: Array | ArrayDataset) -> Fitted:
        """Take shift and scale from an array or from the first array of a data set.

        Raises
        ------
        DTypeError
            If the array is not of a floating-point type.
        """
        x = unwrap(data.arrays[0] if isinstance(data, ArrayDataset) else data)
        if not is_floating(x):
            raise DTypeError(
                f"{type(self).__name__}: x must be of a floating-point type, got "
                f"{dtype_name(x.dtype)}; convert it first, e.g. xpnet.asarray(x, dtype='float32')"
            )
        self.shift, self.scale = self._statistics(x)
        return self

    def transform(self, data: Any) -> Any:
        """Return (x - shift) / scale; of a data set, the first array is x, the others are kept."""
        return self._apply(data, lambda x, shift, scale: (x - shift) / scale)

    def inverse(self, data: Any) -> Any:
        """Return x * scale + shift: what :meth:`transform` did is undone."""
        return self._apply(data, lambda x, shift, scale: x * scale + shift)

    def _statistics(self, x: Array) -> tuple[Array, Array]:
        raise NotImplementedError

    def _apply(self, data: Any, formula: Any) -> Any:
        if self.shift is None:
            raise ArgumentError(
                f"{type(self).__name__}: data must be transformed after a call of fit, got none; "
                "call fit(training_data) first"
            )
        if isinstance(data, ArrayDataset):
            x, *others = data.arrays
            return data.replace(self._apply(x, formula), *others)
        home, dtype = device_of(data), dtype_name(data.dtype)
        shift = asarray(self.shift, dtype=dtype, device=home)
        scale = asarray(self.scale, dtype=dtype, device=home)
        return formula(data, shift, scale)


class Standardize(_Affine):
    """Give each feature mean 0 and standard deviation 1.

    Parameters
    ----------
    axis : int, tuple of int or None, default 0
        The axes over which mean and deviation are taken: 0 for one pair per feature, (0, 2, 3) for
        one per channel of images (N, C, H, W), None for a single one.

    Notes
    -----
    A constant feature becomes 0. The deviation is that of the population (divided by N).

    Examples
    --------
    >>> import numpy as np
    >>> train = np.asarray([[0.0, 5.0], [2.0, 5.0]])
    >>> scaler = Standardize().fit(train)
    >>> scaler.transform(train)
    array([[-1.,  0.],
           [ 1.,  0.]])
    >>> scaler.inverse(np.asarray([[3.0, 0.0]]))
    array([[4., 5.]])
    """

    def _statistics(self, x: Array) -> tuple[Array, Array]:
        xp = namespace(x)
        mean = _mean(x, self.axis)
        mean = mean + _mean(x - mean, self.axis)  # a second pass takes away the rounding error
        deviation = xp.sqrt(_mean((x - mean) ** 2, self.axis))
        return mean, xp.where(deviation == 0, xp.ones_like(deviation), deviation)


def _mean(x: Array, axis: Axis) -> Array:
    """Return the mean with kept axes, summed in float64 where the device has it.

    NumPy adds a long float32 column one by one: over three million rows the third digit is wrong.
    """
    xp = namespace(x)
    floats = xp.__array_namespace_info__().dtypes(device=x.device, kind="real floating")
    wide = floats.get("float64", x.dtype)
    total = xp.sum(x, axis=axis, dtype=wide, keepdims=True)
    return xp.astype(total / (math.prod(x.shape) // math.prod(total.shape)), x.dtype)


class Normalize(_Affine):
    """Map the range of each feature, from its smallest to its largest value, to [low, high].

    Parameters
    ----------
    low, high : float, default 0.0, 1.0
    axis : int, tuple of int or None, default 0
        The axes over which smallest and largest values are taken, as in :class:`Standardize`.

    Notes
    -----
    A constant feature becomes `low`.

    Examples
    --------
    >>> import numpy as np
    >>> Normalize(-1.0, 1.0).fit(np.asarray([0.0, 10.0])).transform(np.asarray([0.0, 5.0, 20.0]))
    array([-1.,  0.,  3.])
    """

    def __init__(self, low: float = 0.0, high: float = 1.0, axis: Axis = 0) -> None:
        if not low < high:
            raise ArgumentError(
                f"Normalize: low must be < high, got {low!r} and {high!r}; usual are 0.0 and 1.0"
            )
        super().__init__(axis)
        self.low = low
        self.high = high

    def _statistics(self, x: Array) -> tuple[Array, Array]:
        xp = namespace(x)
        smallest = xp.min(x, axis=self.axis, keepdims=True)
        scale = (xp.max(x, axis=self.axis, keepdims=True) - smallest) / (self.high - self.low)
        scale = xp.where(scale == 0, xp.ones_like(scale), scale)
        return smallest - self.low * scale, scale


def standardize(train: Any, *others: Any, axis: Axis = 0) -> tuple[Any, ...]:
    """Standardise training data, and other data by the same mean and deviation.

    Parameters
    ----------
    train, *others : array or ArrayDataset
        Of a data set, the first array.
    axis : int, tuple of int or None, default 0
        As in :class:`Standardize`.

    Returns
    -------
    tuple
        As many as were given.

    Examples
    --------
    >>> import numpy as np
    >>> train, test = standardize(np.asarray([1.0, 3.0]), np.asarray([5.0]))
    >>> train, test
    (array([-1.,  1.]), array([3.]))
    """
    scaler = Standardize(axis).fit(train)
    return tuple(scaler.transform(data) for data in (train, *others))


def normalize(
    train: Any, *others: Any, low: float = 0.0, high: float = 1.0, axis: Axis = 0
) -> tuple[Any, ...]:
    """Map the range of training data to [low, high], and other data in the same way.

    Parameters
    ----------
    train, *others : array or ArrayDataset
        Of a data set, the first array.
    low, high : float, default 0.0, 1.0
    axis : int, tuple of int or None, default 0
        As in :class:`Standardize`.

    Returns
    -------
    tuple
        As many as were given.

    Examples
    --------
    >>> import numpy as np
    >>> normalize(np.asarray([1.0, 3.0]), np.asarray([4.0]))
    (array([0., 1.]), array([1.5]))
    """
    scaler = Normalize(low, high, axis).fit(train)
    return tuple(scaler.transform(data) for data in (train, *others))


def one_hot(labels: Array, classes: int, dtype: str = "float32") -> Array:
    """Write each label as a row with a one at its place: (N,) -> (N, K).

    Parameters
    ----------
    labels : array of integers, (...)
        From 0 to ``classes - 1``.
    classes : int
        The number of classes, K.
    dtype : str, default "float32"

    Returns
    -------
    array, (..., K)

    Raises
    ------
    DTypeError
        If the labels are not integers.
    DataError
        If a label is out of range.

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
            f"one_hot: labels must be integers, got {dtype_name(labels.dtype)}; "
            "convert them first, e.g. xpnet.asarray(labels, dtype='int64')"
        )
    if bool(xp.any((labels < 0) | (labels >= classes))):
        raise DataError(
            f"one_hot: labels must be from 0 to {classes - 1}, got {int(xp.min(labels))} to "
            f"{int(xp.max(labels))}; labels count from 0: is classes={classes} right?"
        )
    return extra.one_hot(labels, classes, dtype_of(xp, dtype), xp)
