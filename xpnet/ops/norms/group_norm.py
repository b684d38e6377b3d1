"""Each group of channels of a sample brought to mean 0 and variance 1, then scaled and shifted.

    x̂ = (x - μ) r        r = 1 / sqrt(v + ε)        y = w_c x̂ + b_c

    x: (N, C, *spatial)   w, b: (C,)   y like x

μ and v are the mean and the (biased) variance over the channels of the group and all places, for
each sample alone: no running statistics are needed, and the batch may be small. One group is layer
norm over channels and places; C groups are instance norm. With δ = dy and g = w δ,

    db_c = Σ δ        dw_c = Σ δ x̂        dx = r (g - mean(g) - x̂ mean(g x̂))

where the sums are over samples and places and the means over the group (see ``standardize``).

Y. Wu, K. He, 2018, *Group normalization*, equations 1 to 7; D. Ulyanov, A. Vedaldi, V. Lempitsky,
2016, *Instance normalization: the missing ingredient for fast stylization*.
"""

from __future__ import annotations

import math
from operator import index
from typing import Any

from ...backend import namespace
from ...errors import ArgumentError, ShapeError
from ...typing import Array
from ..op import Op
from .channels import all_but_channels, per_channel, require_channels, require_weights
from .standardize import standardize, standardize_back

__all__ = ["group_norm", "require_num_groups"]

GROUP = (2,)  # the axis of a group's elements in (N, G, C/G·P)


def require_num_groups(where: str, num_groups: Any, channels: int) -> int:
    """Return the number of groups; raise an ArgumentError if it does not divide the channels."""
    try:
        groups = 0 if isinstance(num_groups, bool) else index(num_groups)
    except TypeError:
        groups = 0
    if groups < 1 or channels % groups:
        raise ArgumentError(
            f"{where}: num_groups must be a divisor of the channels, got {num_groups!r} for "
            f"{channels} channels; 1 takes all together, {channels} each alone"
        )
    return groups


def check(
    x: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    num_groups: int,
    eps: float = 1e-5,
) -> None:
    require_channels("group_norm", x)
    require_num_groups("group_norm", num_groups, x.shape[1])
    require_weights("group_norm", x, (x.shape[1],), weight=weight, bias=bias)
    if math.prod(x.shape[1:]) // num_groups < 2:
        raise ShapeError(
            f"group_norm: x must have more than one value per group, got {tuple(x.shape)} with "
            f"num_groups={num_groups}; use fewer groups, for of one value less its mean nothing "
            "is left"
        )


def forward(
    x: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    num_groups: int,
    eps: float = 1e-5,
) -> tuple[Array, Any]:
    x_hat, r = standardize(_grouped(x, num_groups), GROUP, eps)
    x_hat = namespace(x_hat).reshape(x_hat, tuple(x.shape))  # (N, G, C/G·P) -> (N, C, *spatial)
    y = x_hat if weight is None else x_hat * per_channel(weight, x)
    if bias is not None:
        y = y + per_channel(bias, x)
    return y, (x_hat, r, weight, num_groups)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x_hat, r, weight, num_groups = saved
    xp = namespace(dy)
    axes = all_but_channels(dy)
    dx = dw = db = None
    if needs[0]:
        g = dy if weight is None else dy * per_channel(weight, dy)
        dx = standardize_back(_grouped(g, num_groups), _grouped(x_hat, num_groups), r, GROUP)
        dx = xp.reshape(dx, tuple(dy.shape))  # (N, G, C/G·P) -> (N, C, *spatial)
    if len(needs) > 1 and needs[1]:
        dw = xp.sum(dy * x_hat, axis=axes)
    if len(needs) > 2 and needs[2]:
        db = xp.sum(dy, axis=axes)
    return (dx, dw, db)[: len(needs)]


group_norm = Op("group_norm", forward, backward, check)


def _grouped(x: Array, num_groups: int) -> Array:
    """(N, C, *spatial) -> (N, G, C/G·P)."""
    n, *rest = x.shape
    return namespace(x).reshape(x, (n, num_groups, math.prod(rest) // num_groups))
