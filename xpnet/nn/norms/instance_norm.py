"""Instance normalisation: each channel of each sample by itself."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ...backend import DEFAULT_FLOAT, DeviceLike, asarray, namespace, unwrap
from ...errors import ArgumentError, ShapeError
from ...ops import batch_norm, group_norm
from ...ops.matching import require_image
from ...ops.norms.channels import require_positive
from ...typing import Array
from .. import init
from .base import Norm, filled, require_num_channels, require_same_kind

__all__ = ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"]


class _InstanceNorm(Norm):
    axes: ClassVar[int]
    running_mean: Any  # arrays, or None
    running_var: Any
    num_batches_tracked: Any

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        where = type(self).__name__
        init.require_sizes(where, num_features=num_features)
        require_positive(where, eps=eps)
        if isinstance(momentum, bool) or not (
            isinstance(momentum, int | float) and 0 <= momentum <= 1
        ):
            raise ArgumentError(
                f"{where}: momentum must be from 0 to 1, got {momentum!r}; it is the share of the "
                "newest batch in the running statistics"
            )
        init.require_flags(where, affine=affine, track_running_stats=track_running_stats)
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
        """Normalise the channels of each sample; in evaluation by running statistics, if kept."""
        where = type(self).__name__
        require_image(where, x, self.axes)
        require_num_channels(where, "num_features", self.num_features, x)
        weights = (self.weight, self.bias)
        if self.running_mean is not None:
            require_same_kind(where, x, self.running_mean)
            if not self.training:
                return batch_norm(x, self.running_mean, self.running_var, *weights, eps=self.eps)
        if all(n == 1 for n in x.shape[2:]):
            raise ShapeError(
                f"{where}: x must have more than one place per channel, got {tuple(x.shape)}; of "
                "one value less its mean nothing is left: use nn.GroupNorm or nn.BatchNorm here"
            )
        if self.running_mean is not None and x.shape[0]:
            self._remember(unwrap(x))
        return group_norm(x, *weights, num_groups=self.num_features, eps=self.eps)

    def _remember(self, x: Array) -> None:
        """Move the running statistics towards those of a batch; new arrays, for JAX's sake."""
        xp = namespace(x)
        x = xp.astype(x, self.running_mean.dtype, copy=False)  # inside autocast it may be half
        places = tuple(range(2, len(x.shape)))
        mean = xp.mean(xp.mean(x, axis=places), axis=0)  # (N, C, *spatial) -> (C,)
        var = xp.mean(xp.var(x, axis=places, correction=1), axis=0)
        share = self.momentum
        self.running_mean = (1 - share) * self.running_mean + share * mean
        self.running_var = (1 - share) * self.running_var + share * var


class InstanceNorm2d(_InstanceNorm):
    """Each channel of each image brought to mean 0 and variance 1: (N, C, H, W), as it came.

    :class:`GroupNorm` with one channel per group and, as in PyTorch, by default without weights and
    without running statistics.

    Parameters
    ----------
    num_features : int
        C.
    eps : float
        Keeps the root away from zero.
    momentum : float
        The share of the newest batch in the running statistics.
    affine : bool
        Whether there are a weight and a bias.
    track_running_stats : bool
        Whether means and variances of the images are remembered in training, averaged over the
        batch, and taken in evaluation in place of the image's own.
    device : str or Device, optional
    dtype : str

    Attributes
    ----------
    weight, bias : Parameter, (C,), or None
        Initially 1 and 0.
    running_mean, running_var : array, (C,), or None
        Initially 0 and 1. The variance enters with n - 1 in place of n (unbiased).
    num_batches_tracked : array, (), or None
        Always 0; PyTorch's state dicts have it.

    Raises
    ------
    ShapeError
        If the input is not (N, C, H, W), or an image is a single pixel.
    ArgumentError
        If an argument makes no sense.

    References
    ----------
    D. Ulyanov, A. Vedaldi, V. Lempitsky, "Instance normalization: the missing ingredient for fast
    stylization", arXiv:1607.08022, 2016.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.InstanceNorm2d(1).predict(xn.asarray([[[[1.0, 3.0]]]])).round(2)
    array([[[[-1.,  1.]]]], dtype=float32)
    """

    axes = 2


class InstanceNorm1d(_InstanceNorm):
    """Each channel of each sequence brought to mean 0 and variance 1; see :class:`InstanceNorm2d`.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.InstanceNorm1d(1).predict(xn.asarray([[[1.0, 3.0]]])).round(2)
    array([[[-1.,  1.]]], dtype=float32)
    """

    axes = 1


class InstanceNorm3d(_InstanceNorm):
    """Each channel of each volume brought to mean 0 and variance 1; see :class:`InstanceNorm2d`."""

    axes = 3
