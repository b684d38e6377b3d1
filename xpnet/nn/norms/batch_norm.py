"""Batch normalisation layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ...backend import (
    DEFAULT_FLOAT,
    DeviceLike,
    asarray,
    unwrap,
)
from ...errors import ArgumentError
from ...ops import batch_norm, batch_statistics
from ...ops.matching import require_image
from ...ops.norms.channels import require_positive, values_per_channel
from .. import init
from .base import Norm, filled, require_num_channels, require_same_kind
from .running_statistics import running_statistics

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"]


class _BatchNorm(Norm):
    axes: ClassVar[int]
    running_mean: Any  # arrays, or None
    running_var: Any
    num_batches_tracked: Any

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        where = type(self).__name__
        init.require_sizes(where, num_features=num_features)
        require_positive(where, eps=eps)
        if momentum is not None and not 0 <= momentum <= 1:
            raise ArgumentError(
                f"{where}: momentum must be from 0 to 1 or None, got {momentum!r}; it is the share "
                "of the newest batch in the running statistics, None for the mean of all batches"
            )
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.track_running_stats = track_running_stats
        shape = (num_features,)
        self._set_weights(shape, affine, affine, device, dtype)
        if track_running_stats:
            self.register_buffer("running_mean", filled(0.0, shape, device, dtype))
            self.register_buffer("running_var", filled(1.0, shape, device, dtype))
            count = asarray(np.zeros((), dtype=np.int64), device=device)
            self.register_buffer("num_batches_tracked", count)
        else:
            self.running_mean = self.running_var = self.num_batches_tracked = None

    def forward(self, x: Any) -> Any:
        """Normalise by the batch's statistics in training, by the running ones otherwise."""
        self._require_input(x)
        weights = (self.weight, self.bias)
        if self.running_mean is None:
            return batch_norm(x, None, None, *weights, training=True, eps=self.eps)
        if not self.training:
            return batch_norm(x, self.running_mean, self.running_var, *weights, eps=self.eps)
        bare = unwrap(x)
        statistics = batch_statistics(bare)
        mean, var = statistics[0, ...], statistics[1, ...]
        y = batch_norm(x, mean, var, *weights, training=True, eps=self.eps)
        old = (self.running_mean, self.running_var, self.num_batches_tracked)
        self.running_mean, self.running_var, self.num_batches_tracked = running_statistics(
            old, mean, var, values_per_channel(bare), self.momentum
        )
        return y

    def _require_input(self, x: Any) -> None:
        where = type(self).__name__
        if self.axes != 1 or len(x.shape) != 2:
            require_image(where, x, self.axes)
        require_num_channels(where, "num_features", self.num_features, x)
        if self.running_mean is not None:
            require_same_kind(where, x, self.running_mean)

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Two operations per element: with running statistics it is a scale and a shift."""
        elements: int = math.prod(output.shape)
        return 2 * elements


class BatchNorm2d(_BatchNorm):
    """Each channel of images brought to mean 0 and variance 1: (N, C, H, W) -> (N, C, H, W).

    y = (x - mean) / sqrt(var + eps) · weight + bias. In training, mean and variance are those of
    the channel over the batch, and the running ones move towards them. In evaluation
    (``model.eval()``, ``model.predict(x)``) the running ones are taken, and nothing changes.

    Parameters
    ----------
    num_features : int
        C.
    eps : float
        Keeps the root away from zero.
    momentum : float or None
        The share of the newest batch in the running statistics (not that of the old ones). None
        takes the mean over all batches so far.
    affine : bool
        Whether there are a weight and a bias.
    track_running_stats : bool
        If False there are no running statistics, and the batch's are taken in evaluation too.
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight, bias : Parameter, (C,), or None
        Initially 1 and 0.
    running_mean, running_var : array, (C,), or None
        Initially 0 and 1. The variance of a batch enters with n - 1 in place of n (unbiased).
    num_batches_tracked : integer array, (), or None

    Raises
    ------
    ShapeError
        If the input is not (N, C, H, W), or has a single value per channel in training.
    ArgumentError
        If an argument makes no sense.

    References
    ----------
    S. Ioffe, C. Szegedy, "Batch normalization: accelerating deep network training by reducing
    internal covariate shift", ICML 2015.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> layer = xn.nn.BatchNorm2d(1)
    >>> layer(np.asarray([[[[1.0, 3.0]]]], dtype=np.float32)).data.round(2)
    array([[[[-1.,  1.]]]], dtype=float32)
    >>> layer.running_mean
    array([0.2], dtype=float32)
    """

    axes = 2


class BatchNorm1d(_BatchNorm):
    """Each feature or channel brought to mean 0 and variance 1: (N, C) or (N, C, L), as it came.

    See :class:`BatchNorm2d`.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> xn.nn.BatchNorm1d(2)(np.asarray([[0.0, 5.0], [2.0, 7.0]], dtype=np.float32)).data.round(2)
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    """

    axes = 1


class BatchNorm3d(_BatchNorm):
    """Each channel of volumes brought to mean 0 and variance 1: (N, C, D, H, W), as it came.

    See :class:`BatchNorm2d`.

    Examples
    --------
    >>> import numpy as np, xpnet as xn
    >>> xn.nn.BatchNorm3d(2).predict(np.ones((1, 2, 3, 3, 3), dtype=np.float32)).shape
    (1, 2, 3, 3, 3)
    """

    axes = 3
