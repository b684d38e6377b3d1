"""The dense layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..backend import DEFAULT_FLOAT, DeviceLike
from ..ops.linear import linear
from . import init
from .module import Module
from .parameter import Parameter

__all__ = ["Linear"]


class Linear(Module):
    """Affine map y = x Wᵀ + b: (N, D) -> (N, M).

    Parameters
    ----------
    in_features : int
        D.
    out_features : int
        M.
    bias : bool
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight : Parameter, (M, D)
        Initially uniform in ±1/sqrt(D) (PyTorch's default; see :func:`xpnet.nn.init.default_`).
    bias : Parameter, (M,), or None

    Raises
    ------
    ShapeError
        If the last axis of the input is not D.

    Examples
    --------
    >>> import xpnet as xn
    >>> layer = xn.nn.Linear(784, 10)
    >>> layer(xn.asarray([[0.0] * 784])).shape
    (1, 10)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        init.require_sizes("Linear", in_features=in_features, out_features=out_features)
        self.weight = Parameter(
            init.draw("default", (out_features, in_features), device=device, dtype=dtype)
        )
        self.bias = (
            Parameter(
                init.draw("default", (out_features,), fan=in_features, device=device, dtype=dtype)
            )
            if bias
            else None
        )

    def forward(self, x: Any) -> Any:
        """Apply the map."""
        return linear(x, self.weight, self.bias)

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Two operations per weight and row, one per bias and row."""
        out_features, in_features = self.weight.shape
        rows: int = math.prod(output.shape) // out_features
        return rows * out_features * (2 * in_features + (self.bias is not None))
