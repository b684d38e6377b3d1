"""The scale and the shift that normalisation layers learn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...autograd.modes import MODE
from ...backend import DeviceLike, asarray, require_one_home
from ...errors import ShapeError
from ...ops.matching import require_same_dtype
from ...typing import Array
from ..budget import spend
from ..module import Module
from ..parameter import Parameter

__all__ = ["Norm", "filled", "require_num_channels", "require_same_kind"]


def filled(value: float, shape: tuple[int, ...], device: DeviceLike, dtype: Any) -> Array:
    """Return an array of one value; nothing is drawn, so other layers' weights stay the same."""
    spend(shape)
    return asarray(np.full(shape, value), dtype, device)


def require_num_channels(where: str, argument: str, channels: int, x: Any) -> None:
    """Raise a ShapeError unless the second axis of `x` has as many channels as the layer."""
    if len(x.shape) > 1 and x.shape[1] != channels:
        raise ShapeError(
            f"{where}: x must have {channels} channels as its second axis, got {tuple(x.shape)}; "
            f"make the layer with {argument}={x.shape[1]}, or move the channels there with "
            "xp.moveaxis"
        )


def require_same_kind(where: str, x: Any, statistics: Array) -> None:
    """Raise unless `x` has the library, the device and the dtype of the running statistics.

    Inside autocast the dtype may be another one: the op brings both to float32.
    """
    require_one_home(where, (x, statistics))
    if MODE.precision is None:
        require_same_dtype(where, x, statistics)


class Norm(Module):
    """A layer with perhaps a `weight`, initially 1, and perhaps a `bias`, initially 0."""

    weight: Parameter | None
    bias: Parameter | None

    def _set_weights(
        self, shape: tuple[int, ...], weight: bool, bias: bool, device: DeviceLike, dtype: Any
    ) -> None:
        self.weight = Parameter(filled(1.0, shape, device, dtype)) if weight else None
        self.bias = Parameter(filled(0.0, shape, device, dtype)) if bias else None

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """Four operations per element for mean and variance, two to normalise, two for weights."""
        per_element = 6 + (self.weight is not None) + (self.bias is not None)
        elements: int = math.prod(output.shape)
        return per_element * elements
