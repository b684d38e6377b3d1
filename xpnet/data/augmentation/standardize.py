"""The same mean and deviation for every channel: no augmentation, but done in the same place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...backend import asarray, device_of, dtype_name, is_floating
from ...errors import ArgumentError, DTypeError, ShapeError
from ...typing import Array
from .base import Augmentation

__all__ = ["StandardizeChannels"]


class StandardizeChannels(Augmentation):
    """Subtract a mean from each channel and divide by a deviation: (x - mean) / std.

    Nothing about it is random. It belongs into the transform of the validation data too.

    Parameters
    ----------
    mean, std : sequence of float, or float
        One number for each channel, or one for all of them.

    Raises
    ------
    ArgumentError
        If a deviation is not positive.
    ShapeError
        If the images have another number of channels.
    DTypeError
        If the images are no floating-point numbers.

    Examples
    --------
    >>> import numpy as np
    >>> StandardizeChannels(0.5, 0.25)(np.asarray([[[[0.5, 1.0]]]]))
    (array([[[[0., 2.]]]]),)
    """

    def __init__(self, mean: Sequence[float] | float, std: Sequence[float] | float) -> None:
        self.mean, self.std = np.atleast_1d(mean).tolist(), np.atleast_1d(std).tolist()
        if not all(one > 0 for one in self.std):
            raise ArgumentError(
                f"StandardizeChannels: std must be positive, got {std!r}; "
                "take 1.0 for a channel that is constant"
            )
        if len({len(self.mean), len(self.std)} - {1}) > 1:
            raise ArgumentError(
                "StandardizeChannels: mean and std must have as many numbers, got "
                f"{len(self.mean)} and {len(self.std)}; give one for each channel"
            )

    def images(self, x: Array, drawn: Any) -> Array:
        """Subtract and divide."""
        channels = max(len(self.mean), len(self.std))
        if channels not in (1, x.shape[1]):
            raise ShapeError(
                f"StandardizeChannels: images must have {channels} channels, got "
                f"{tuple(x.shape)}; give one mean and std for each channel, or one for all"
            )
        if not is_floating(x):
            raise DTypeError(
                "StandardizeChannels: images must be of a floating-point type, got "
                f"{dtype_name(x.dtype)}; convert them first, e.g. "
                "xpnet.asarray(x, dtype='float32')"
            )
        mean, std = (
            asarray(np.reshape(one, (1, -1, 1, 1)), dtype_name(x.dtype), device_of(x))
            for one in (self.mean, self.std)
        )
        return (x - mean) / std
