"""Arrays of any library as images that Matplotlib can show."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend import to_numpy
from ..errors import ShapeError

__all__ = ["many", "one", "show"]


def many(where: str, images: Any) -> np.ndarray:
    """Return images as (N, H, W), or (N, H, W, 3) from 0 to 1 if they are in colour.

    Parameters
    ----------
    where : str
        The function that asks, for messages.
    images : array, (N, H, W), (N, 1, H, W) or (N, 3, H, W)

    Raises
    ------
    ShapeError
        If they are no such images.
    """
    pixels = to_numpy(images)
    if pixels.ndim == 3:
        return pixels
    if pixels.ndim == 4 and pixels.shape[1] == 1:
        return pixels[:, 0]
    if pixels.ndim == 4 and pixels.shape[1] == 3:
        return _coloured(np.moveaxis(pixels, 1, -1))  # (N, 3, H, W) -> (N, H, W, 3)
    raise ShapeError(
        f"{where}: images must be (N, H, W), (N, 1, H, W) or (N, 3, H, W), got {pixels.shape}; "
        "reshape flat images, and move the channels before height and width"
    )


def one(where: str, image: Any) -> np.ndarray:
    """Return an image, (H, W), (C, H, W) or (1, C, H, W), as (H, W) or (H, W, 3).

    Raises
    ------
    ShapeError
        If it is no such image.
    """
    pixels = to_numpy(image)
    shape = pixels.shape
    if pixels.ndim == 4 and shape[0] == 1:
        pixels = pixels[0]
    if pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[0] in (1, 3)):
        whole = many(where, pixels[np.newaxis])[0]
        return np.asarray(whole)
    raise ShapeError(
        f"{where}: image must be (H, W), (1, H, W) or (3, H, W), got {shape}; pass one image, "
        "channels first"
    )


def show(ax: Any, picture: np.ndarray, low: float, high: float, cmap: str = "gray") -> Any:
    """Draw a picture of (H, W) or (H, W, 3) without ticks; grey goes from `low` to `high`."""
    high = high if high > low else low + 1  # a picture of one shade
    drawn = ax.imshow(picture, cmap=cmap, vmin=low, vmax=high, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    return drawn


def _coloured(pixels: np.ndarray) -> np.ndarray:
    """Return colours from 0 to 1: bytes are divided by 255, what lies outside is stretched."""
    if pixels.dtype == np.uint8:
        return pixels / np.float32(255)
    low, high = pixels.min(initial=0), pixels.max(initial=1)
    return np.asarray((pixels - low) / (high - low), dtype=np.float32)
