"""What ops ask of their inputs, and how they say so."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError, DTypeError, ShapeError
from ..typing import Array
from ..windows import image_shape

__all__ = ["require_bias", "require_groups", "require_image", "require_same_dtype"]


def require_same_dtype(where: str, x: Array, w: Array) -> None:
    """Raise a DTypeError unless inputs and weights have one dtype."""
    if x.dtype != w.dtype:
        raise DTypeError(
            f"{where}: x must have the dtype of the weights, {w.dtype}, got {x.dtype}; convert x "
            "with xp.astype, or the model with model.to(dtype=...)"
        )


def require_image(where: str, x: Array, axes: int, channels: int | None = None) -> None:
    """Raise a ShapeError unless `x` is (N, C, *spatial) with so many axes and channels."""
    shape = tuple(x.shape)
    if len(shape) == axes + 2 and channels in (None, shape[1]):
        return
    remedy = "an input has a batch axis, then channels, then its spatial axes"
    if len(shape) == axes + 1:
        missing = "batch" if channels in (None, shape[0]) else "channel"
        index = "x[None, ...]" if missing == "batch" else "x[:, None, ...]"
        remedy = f"it lacks the {missing} axis, write {index}"
    elif len(shape) == axes + 2 and shape[-1] == channels:
        order = (0, axes + 1, *range(1, axes + 1))
        remedy = f"channels come before the image, write xp.permute_dims(x, {order})"
    elif len(shape) == axes + 2:
        remedy = f"in_channels of the layer should be {shape[1]}, or x should have {channels}"
    expected = image_shape(axes, "C" if channels is None else channels)
    raise ShapeError(f"{where}: x must be {expected}, got {shape}; {remedy}")


def require_bias(where: str, b: Array | None, channels: int) -> None:
    """Raise a ShapeError unless there is no bias or one number per output channel."""
    if b is not None and tuple(b.shape) != (channels,):
        raise ShapeError(
            f"{where}: bias must be ({channels},), got {tuple(b.shape)}; it is one number per "
            "output channel"
        )


def require_groups(where: str, groups: Any, **channels: int) -> None:
    """Raise an ArgumentError unless the number of groups divides these numbers of channels."""
    if isinstance(groups, bool) or not isinstance(groups, int) or groups < 1:
        raise ArgumentError(
            f"{where}: groups must be an integer >= 1, got {groups!r}; 1 lets every output see "
            "every input, in_channels is the depthwise convolution"
        )
    for name, count in channels.items():
        if count % groups:
            raise ArgumentError(
                f"{where}: {name} must be divisible by groups, got {name}={count} and "
                f"groups={groups}; use a divisor of {count}"
            )
