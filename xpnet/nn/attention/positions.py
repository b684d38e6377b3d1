"""What tells attention, which sees a set, the order of a sequence."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ...backend import DEFAULT_FLOAT, DeviceLike, asarray, device_of, dtype_name, is_floating
from ...errors import DTypeError, ShapeError
from .. import init
from ..module import Module
from ..parameter import Parameter

__all__ = ["LearntPositions", "SinusoidalPositions"]


def _require_sequences(where: str, x: Any, features: int, longest: int | None = None) -> int:
    """Raise unless `x` is (..., T, features), numbers, and T no more than allowed; return T."""
    shape = tuple(x.shape)
    if len(shape) < 2 or shape[-1] != features:
        raise ShapeError(
            f"{where}: x must be (..., T, {features}), got {shape}; positions are the second axis "
            "from the end, features the last"
        )
    if longest is not None and shape[-2] > longest:
        raise ShapeError(
            f"{where}: x must have at most {longest} positions, got {shape[-2]}; there is a vector "
            "for no more, so cut the sequence or make the layer for longer ones"
        )
    if not is_floating(x):
        raise DTypeError(
            f"{where}: x must be floating-point numbers, got {x.dtype}; convert it with xp.astype, "
            "or put nn.Embedding before the layer"
        )
    length: int = shape[-2]
    return length


@lru_cache(maxsize=16)
def _waves(length: int, features: int, dtype: str) -> np.ndarray:
    t = np.arange(length)[:, None]  # (T, 1)
    rates = np.exp(np.arange(0, features, 2) * (-math.log(1e4) / features))  # (D / 2,)
    table = np.empty((length, features))
    table[:, 0::2] = np.sin(t * rates)
    table[:, 1::2] = np.cos(t * rates[: features // 2])
    return table.astype(dtype)


class SinusoidalPositions(Module):
    """Add waves of many lengths to a sequence, nothing learnt: (..., T, D), as it came.

    y[t, 2 i] = x[t, 2 i] + sin(t / 10000^(2 i / D)) and y[t, 2 i + 1] the same with cos. A shift in
    time is a rotation of each pair of features, which attention can undo: so it can look a number
    of steps back. There is a wave for every position, also beyond those seen in training.

    Parameters
    ----------
    features : int
        D.

    Raises
    ------
    ShapeError
        If the input is not (..., T, D).
    DTypeError
        If it does not hold floating-point numbers.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.5.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.SinusoidalPositions(4).predict(xn.asarray([[0.0] * 4] * 2)).round(2)
    array([[0.  , 1.  , 0.  , 1.  ],
           [0.84, 0.54, 0.01, 1.  ]], dtype=float32)
    """

    def __init__(self, features: int) -> None:
        init.require_sizes("SinusoidalPositions", features=features)
        self.features = features

    def forward(self, x: Any) -> Any:
        """Add the waves."""
        length = _require_sequences("SinusoidalPositions", x, self.features)
        name = dtype_name(x.dtype)
        host = _waves(length, self.features, name if name.startswith("float") else "float32")
        return x + asarray(host, name, device_of(x))


class LearntPositions(Module):
    """Add a learnt vector to each position of a sequence: (..., T, D), as it came.

    Parameters
    ----------
    max_length : int
        The largest T.
    features : int
        D.
    device : str or Device, optional
        Where the vectors are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight : Parameter, (max_length, D)
        Initially normal with standard deviation 0.02.

    Raises
    ------
    ShapeError
        If the input is not (..., T, D), or T is larger than `max_length`.

    References
    ----------
    J. Gehring, M. Auli, D. Grangier, D. Yarats, Y. N. Dauphin, "Convolutional sequence to sequence
    learning", ICML 2017, section 3.1; the initial size is that of A. Radford et al., GPT, 2018.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.LearntPositions(128, 8)(xn.asarray([[[0.0] * 8] * 3])).shape
    (1, 3, 8)
    """

    def __init__(
        self,
        max_length: int,
        features: int,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        init.require_sizes("LearntPositions", max_length=max_length, features=features)
        shape = (max_length, features)
        self.weight = Parameter(init.draw("normal", shape, std=0.02, device=device, dtype=dtype))

    def forward(self, x: Any) -> Any:
        """Add the vectors of the first positions."""
        longest, features = self.weight.shape
        length = _require_sequences("LearntPositions", x, features, longest)
        return x + self.weight[:length, :]
