"""Group and instance normalisation: channels of each sample."""

from __future__ import annotations

from typing import Any, ClassVar

from ...backend import DEFAULT_FLOAT, DeviceLike
from ...errors import ShapeError
from ...ops import group_norm
from ...ops.matching import require_image
from ...ops.norms.channels import require_positive
from ...ops.norms.group_norm import require_num_groups
from .. import init
from .base import Norm, require_num_channels

__all__ = ["GroupNorm", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"]


class GroupNorm(Norm):
    """Groups of channels of each sample brought to mean 0 and variance 1: (N, C, *spatial).

    y = (x - mean) / sqrt(var + eps) · weight + bias, with the mean and the variance of a sample
    over the channels of a group and all places. Training and evaluation are the same, and the
    batch may be as small as one sample.

    Parameters
    ----------
    num_groups : int
        Divides the channels; 1 takes all channels together.
    num_channels : int
        C.
    eps : float
        Keeps the root away from zero.
    affine : bool
        Whether there are a weight and a bias.
    device : str or Device, optional
        Where the parameters are created; default: the current device.
    dtype : str
        Default ``"float32"``.

    Attributes
    ----------
    weight, bias : Parameter, (C,), or None
        Initially 1 and 0.

    Raises
    ------
    ShapeError
        If the input is not (N, C, *spatial), or has a single value per group.
    ArgumentError
        If an argument makes no sense.

    References
    ----------
    Y. Wu, K. He, "Group normalization", ECCV 2018.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.GroupNorm(2, 4).predict(xn.asarray([[1.0, 3.0, 7.0, 5.0]])).round(2)
    array([[-1.,  1.,  1., -1.]], dtype=float32)
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        init.require_sizes("GroupNorm", num_channels=num_channels)
        self.num_groups = require_num_groups("GroupNorm", num_groups, num_channels)
        require_positive("GroupNorm", eps=eps)
        self.num_channels = num_channels
        self.eps = eps
        self._set_weights((num_channels,), affine, affine, device, dtype)

    def forward(self, x: Any) -> Any:
        """Normalise the groups of each sample."""
        require_num_channels("GroupNorm", "num_channels", self.num_channels, x)
        return group_norm(x, self.weight, self.bias, num_groups=self.num_groups, eps=self.eps)


class _InstanceNorm(Norm):
    axes: ClassVar[int]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        *,
        affine: bool = False,
        device: DeviceLike = None,
        dtype: Any = DEFAULT_FLOAT,
    ) -> None:
        where = type(self).__name__
        init.require_sizes(where, num_features=num_features)
        require_positive(where, eps=eps)
        self.num_features = num_features
        self.eps = eps
        self._set_weights((num_features,), affine, affine, device, dtype)

    def forward(self, x: Any) -> Any:
        """Normalise the channels of each sample."""
        where = type(self).__name__
        require_image(where, x, self.axes)
        require_num_channels(where, "num_features", self.num_features, x)
        if all(n == 1 for n in x.shape[2:]):
            raise ShapeError(
                f"{where}: x must have more than one place per channel, got {tuple(x.shape)}; of "
                "one value less its mean nothing is left: use nn.GroupNorm or nn.BatchNorm here"
            )
        return group_norm(x, self.weight, self.bias, num_groups=self.num_features, eps=self.eps)


class InstanceNorm2d(_InstanceNorm):
    """Each channel of each image brought to mean 0 and variance 1: (N, C, H, W), as it came.

    :class:`GroupNorm` with one channel per group and, as in PyTorch, by default without weights.
    There are no running statistics.

    Parameters
    ----------
    num_features : int
        C.
    eps : float
        Keeps the root away from zero.
    affine : bool
        Whether there are a weight and a bias.
    device : str or Device, optional
    dtype : str

    Attributes
    ----------
    weight, bias : Parameter, (C,), or None
        Initially 1 and 0.

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
