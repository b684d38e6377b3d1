"""Turning images about their centre.

The pixel (i, j) of the turned image shows the place of the old one that a turn back leads to,

    u = c + (i - c) cos θ + (j - c') sin θ,   v = c' - (i - c) sin θ + (j - c') cos θ,

c and c' being the middle. A place between pixels has the bilinear mean of the four around it; in a
mask, the value of the nearest one. Places are computed in whole numbers, units of 2⁻¹⁶ pixels, so
they are the same on every library and device: where rounding differed, the nearest pixel could be
another one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backend import asarray, device_of, dtype_name, is_floating, namespace
from ...errors import ArgumentError, DTypeError, ShapeError
from ...typing import Array
from .arguments import is_real, number
from .base import Augmentation
from .pixels import take_pixels

__all__ = ["Rotate"]

UNIT = 2**16
"""Units in a pixel: sums of places stay below 2**31 for images of up to LARGEST pixels."""

LARGEST = 2**13


class Rotate(Augmentation):
    """Turn each image by a random angle about its centre.

    Parameters
    ----------
    degrees : float, default 10.0
        Angles are uniform from -degrees to degrees; positive ones turn counter-clockwise.
    fill : float, default 0.0
        The value of what comes in from outside.
    mask_fill : int, default 0
        The same for masks: the class of the background, or -100, which the cross-entropy leaves
        out.

    Raises
    ------
    DTypeError
        If the images are no floating-point numbers: there are values between two pixels.
    ShapeError
        If they have more than 8192 pixels in a row or column.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).uniform(size=(2, 1, 8, 8))
    >>> turned, = Rotate(15)(x)
    >>> turned.shape, bool(abs(turned - x).mean() > 0.01)
    ((2, 1, 8, 8), True)
    """

    def __init__(self, degrees: float = 10.0, fill: float = 0.0, mask_fill: int = 0) -> None:
        if not is_real(degrees) or not 0 < degrees <= 180:
            raise ArgumentError(
                f"Rotate: degrees must be > 0 and <= 180, got {degrees!r}; 10 is usual for digits"
            )
        self.degrees = number("Rotate", "degrees", degrees)
        self.fill = number("Rotate", "fill", fill)
        self.mask_fill = number("Rotate", "mask_fill", mask_fill)

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, int, int, int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return cosine and sine of the angle of each image, (N, 1, 1), in units of 2⁻¹⁵."""
        if max(shape[2:]) > LARGEST:
            raise ShapeError(
                f"Rotate: images must have at most {LARGEST} x {LARGEST} pixels, got "
                f"{shape[2]} x {shape[3]}; crop or resize them first"
            )
        angle = np.deg2rad(rng.uniform(-self.degrees, self.degrees, size=(shape[0], 1, 1)))
        return np.rint(np.cos(angle) * (UNIT // 2)), np.rint(np.sin(angle) * (UNIT // 2))

    def images(self, x: Array, drawn: Any) -> Array:
        """Turn with values between pixels."""
        if not is_floating(x):
            raise DTypeError(
                f"Rotate: images must be of a floating-point type, got {dtype_name(x.dtype)}; "
                "convert them first, e.g. xpnet.asarray(x, dtype='float32')"
            )
        xp = namespace(x)
        u, v = _places(x, drawn)
        i, j = u // UNIT, v // UNIT  # rounded down
        down = xp.expand_dims(xp.astype(u - i * UNIT, x.dtype) / UNIT, axis=1)  # (N, 1, H, W)
        across = xp.expand_dims(xp.astype(v - j * UNIT, x.dtype) / UNIT, axis=1)

        def row(i: Array) -> Array:
            left = take_pixels(x, i, j, self.fill)
            return left + across * (take_pixels(x, i, j + 1, self.fill) - left)

        upper = row(i)
        return upper + down * (row(i + 1) - upper)

    def masks(self, y: Array, drawn: Any) -> Array:
        """Turn with the nearest pixel."""
        u, v = _places(y, drawn)
        half = UNIT // 2
        return take_pixels(y, (u + half) // UNIT, (v + half) // UNIT, self.mask_fill)


def _places(x: Array, drawn: tuple[np.ndarray, np.ndarray]) -> tuple[Array, Array]:
    """Return row and column, (N, H, W), in units of 2⁻¹⁶ pixels, that each pixel shows."""
    xp, home = namespace(x), device_of(x)
    cos, sin = (asarray(one, "int32", home) for one in drawn)  # (N, 1, 1)
    h, w = x.shape[2:]

    def from_centre(size: int, shape: tuple[int, int, int]) -> Array:
        """Distances in units of half a pixel, which makes them whole numbers."""
        numbers = 2 * xp.arange(size, dtype=xp.int32, device=x.device) - (size - 1)
        return xp.reshape(numbers, shape)

    i, j = from_centre(h, (1, h, 1)), from_centre(w, (1, 1, w))
    u = i * cos + j * sin + (h - 1) * (UNIT // 2)
    v = j * cos - i * sin + (w - 1) * (UNIT // 2)
    return u, v
