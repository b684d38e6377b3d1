"""Group normalisation: channels of each sample."""

from __future__ import annotations

from typing import Any

from ...backend import DEFAULT_FLOAT, DeviceLike
from ...ops import group_norm
from ...ops.norms.channels import require_positive
from ...ops.norms.group_norm import require_num_groups
from .. import init
from .base import Norm, require_num_channels

__all__ = ["GroupNorm"]


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
