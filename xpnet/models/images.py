"""What a model of images says when it is given something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ShapeError

__all__ = ["require_images", "require_multiple"]


def require_images(where: str, x: Any, channels: int, sizes: Sequence[int] = ()) -> None:
    """Raise a ShapeError unless `x` is (N, channels, H, W), H = W being one of `sizes` if given.

    Examples
    --------
    >>> import numpy as np
    >>> require_images("LeNet5", np.zeros((5, 28, 28)), 1, (28,))
    Traceback (most recent call last):
    xpnet.errors.ShapeError: LeNet5: x must be (N, 1, 28, 28), got (5, 28, 28); write \
xp.expand_dims(x, axis=1) if the channel is missing
    """
    shape = tuple(x.shape)
    if len(shape) == 4 and shape[1] == channels and (not sizes or shape[2:] in _squares(sizes)):
        return
    sides = [f"{side}, {side}" for side in sizes] or ["H, W"]
    expected = " or ".join(f"(N, {channels}, {side})" for side in sides)
    remedy = "pad, crop or resize the images first"
    if len(shape) == 3:
        remedy = "write xp.expand_dims(x, axis=1) if the channel is missing"
    elif len(shape) != 4:
        remedy = "give a batch of images"
    elif shape[1] != channels:
        remedy = f"make the model with in_channels={shape[1]}"
    raise ShapeError(f"{where}: x must be {expected}, got {shape}; {remedy}")


def require_multiple(where: str, x: Any, factor: int, remedy: str) -> None:
    """Raise a ShapeError unless H and W of `x` (N, C, H, W) are positive multiples of `factor`.

    Examples
    --------
    >>> import numpy as np
    >>> require_multiple("UNet", np.zeros((1, 3, 30, 32)), 4, "pad the images")
    Traceback (most recent call last):
    xpnet.errors.ShapeError: UNet: H and W must be multiples of 4, got 30 and 32; pad the images
    """
    h, w = x.shape[2:]
    if not h or not w or h % factor or w % factor:
        raise ShapeError(
            f"{where}: H and W must be multiples of {factor}, got {h} and {w}; {remedy}"
        )


def _squares(sizes: Sequence[int]) -> list[tuple[int, int]]:
    return [(side, side) for side in sizes]
