"""Layer and RMS normalisation: the features of each sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...backend import DEFAULT_FLOAT, DeviceLike
from ...ops import layer_norm, rms_norm
from ...ops.norms.channels import require_positive
from ...ops.norms.features import features_of
from .base import Norm

__all__ = ["LayerNorm", "RMSNorm"]


class LayerNorm(Norm):
    """The features of each sample brought to mean 0 and variance 1: (..., *features), as it came.

    y = (x - mean) / sqrt(var + eps) · weight + bias, with the mean and the variance of a sample
    over its last axes. Training and evaluation are the same.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        The lengths of the last axes, over which the mean is taken.
    eps : float
        Keeps the root away from zero.
    elementwise_affine : bool
        Whether there are a weight and a bias.
    bias : bool
        Whether there is a bias beside the weight.
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight, bias : Parameter, (*features), or None
        Initially 1 and 0.

    Raises
    ------
    ShapeError
        If the last axes of the input are not `normalized_shape`.
    ArgumentError
        If an argument makes no sense.

    References
    ----------
    J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization", arXiv:1607.06450, 2016.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.LayerNorm(2).predict(xn.asarray([[1.0, 3.0], [7.0, 5.0]])).round(2)
    array([[-1.,  1.],
           [ 1., -1.]], dtype=float32)
    """

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        self.normalized_shape = features_of("LayerNorm", normalized_shape)
        require_positive("LayerNorm", eps=eps)
        self.eps = eps
        self._set_weights(
            self.normalized_shape, elementwise_affine, elementwise_affine and bias, device, dtype
        )

    def forward(self, x: Any) -> Any:
        """Normalise each sample."""
        shape = self.normalized_shape
        return layer_norm(x, self.weight, self.bias, normalized_shape=shape, eps=self.eps)


class RMSNorm(Norm):
    """The features of each sample divided by their root mean square: (..., *features), as it came.

    y = x / sqrt(mean(x²) + eps) · weight, with the mean of a sample over its last axes.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        The lengths of the last axes, over which the mean is taken.
    eps : float, optional
        Keeps the root away from zero; default: the spacing of the dtype's numbers at 1.
    elementwise_affine : bool
        Whether there is a weight.
    device : str or Device, optional
        Where the parameter is created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight : Parameter, (*features), or None
        Initially 1.

    Raises
    ------
    ShapeError
        If the last axes of the input are not `normalized_shape`.
    ArgumentError
        If an argument makes no sense.

    References
    ----------
    B. Zhang, R. Sennrich, "Root mean square layer normalization", NeurIPS 2019.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.RMSNorm(2).predict(xn.asarray([[1.0, 7.0]])).round(2)
    array([[0.2, 1.4]], dtype=float32)
    """

    def __init__(
        self,
        normalized_shape: Any,
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        self.normalized_shape = features_of("RMSNorm", normalized_shape)
        if eps is not None:
            require_positive("RMSNorm", eps=eps)
        self.eps = eps
        self._set_weights(self.normalized_shape, elementwise_affine, False, device, dtype)

    def forward(self, x: Any) -> Any:
        """Normalise each sample."""
        return rms_norm(x, self.weight, normalized_shape=self.normalized_shape, eps=self.eps)

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Two operations per element for the mean of squares, one to divide, one for the weight."""
        elements: int = math.prod(output.shape)
        return (3 + (self.weight is not None)) * elements
