"""The mean and the variance of each channel over a batch.

    μ_c = 1/n Σ x[n, c, i]        v_c = 1/n Σ (x[n, c, i] - μ_c)²        y = (μ, v)

    x: (N, C, *spatial)   y: (2, C)

with n = N·P values in a channel, P places in an image. The sum of squares is taken about the mean
(two passes), because the mean of squares less the square of the mean loses all digits where the
mean is large.

On the way back, ∂μ/∂x = 1/n; and as the deviations from the mean sum up to zero, that v depends
on x through μ as well adds nothing: ∂v/∂x = 2 (x - μ)/n. So with dy = (dμ, dv)

    dx = (dμ + 2 (x - μ) dv) / n

T. F. Chan, G. H. Golub, R. J. LeVeque, 1983, *Algorithms for computing the sample variance*.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...errors import ShapeError
from ...typing import Array
from ..op import Op
from .channels import all_but_channels, per_channel, require_channels, values_per_channel

__all__ = ["batch_statistics"]


def check(x: Array) -> None:
    require_channels("batch_statistics", x)
    if values_per_channel(x) < 1:
        raise ShapeError(
            f"batch_statistics: x must have a value in each channel, got {tuple(x.shape)}; the "
            "mean of nothing is no number: leave the empty batch out"
        )


def forward(x: Array) -> tuple[Array, Any]:
    xp = namespace(x)
    axes = all_but_channels(x)
    mean = xp.mean(x, axis=axes)  # (C,)
    centred = x - per_channel(mean, x)
    var = xp.mean(centred * centred, axis=axes)
    return xp.stack([mean, var]), (x, mean)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    x, mean = saved
    share = dy / values_per_channel(x)
    centred = x - per_channel(mean, x)
    return (per_channel(share[0, ...], x) + centred * per_channel(2.0 * share[1, ...], x),)


batch_statistics = Op("batch_statistics", forward, backward, check)
