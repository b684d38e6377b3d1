"""Images made larger or smaller.

Along each axis, the output number o looks at the place p of the input that the transformation of
coordinates says, and is a weighted sum of the elements around it: the nearest one, two, or four.
Places and weights are numbers of the host, so a new size costs nothing on the device.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .....backend import asarray, device_of, namespace, unwrap
from .....errors import ArgumentError, ShapeError
from ..room import require_room
from .normalization import axis_of
from .shapes import ints
from .table import Ints, operator

COORDINATES = ("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
               "asymmetric")  # fmt: skip
NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")


@operator(
    "Resize",
    host=(1, 2, 3),
    choices={
        "mode": ("nearest", "linear", "cubic"),
        "coordinate_transformation_mode": COORDINATES,
        "nearest_mode": NEAREST,
        "antialias": (0,),
        "keep_aspect_ratio_policy": ("stretch", "not_larger", "not_smaller"),
    },
)
def resize(
    x: Any,
    roi: Any = None,
    scales: Any = None,
    sizes: Any = None,
    *,
    antialias: int = 0,
    axes: Ints | None = None,
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    keep_aspect_ratio_policy: str = "stretch",
    mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> Any:
    """Make images larger or smaller, by nearest elements, linear or cubic interpolation."""
    over = [axis_of(x, axis) for axis in axes] if axes else list(range(len(x.shape)))
    lengths, factors = _new_sizes(x, over, scales, sizes, keep_aspect_ratio_policy)
    out = list(x.shape)
    for axis, length in zip(over, lengths, strict=True):
        out[axis] = length
    require_room(out)
    for axis, length, factor in zip(over, lengths, factors, strict=True):
        n = x.shape[axis]
        if length == n and factor == 1.0:
            continue
        if n == 0 or length == 0:
            raise ShapeError(
                f"sizes must be at least 1, got {tuple(x.shape)} and {lengths}; the input is too "
                "small for this model"
            )
        places = _coordinates(coordinate_transformation_mode, n, length, factor)
        places = np.round(places, 6)  # factors have the digits of float32: 1.9999999 is 2
        if mode == "nearest":
            picked, weights = [_nearest(places, nearest_mode)], [np.ones(length)]
        elif mode == "linear":
            picked, weights = _linear(places, n)
        else:
            picked, weights = _cubic(places, n, cubic_coeff_a, exclude_outside)
        x = _mixed(x, axis, [np.clip(p, 0, n - 1) for p in picked], weights)
    return x


def _new_sizes(
    x: Any, over: Sequence[int], scales: Any, sizes: Any, policy: str
) -> tuple[list[int], list[float]]:
    shape = [x.shape[axis] for axis in over]
    if sizes is not None and np.size(sizes):
        wanted = ints(sizes)
        if len(wanted) == len(over) and min(wanted, default=0) >= 0:
            factors = [new / max(n, 1) for new, n in zip(wanted, shape, strict=True)]
            if policy != "stretch":
                common = min(factors) if policy == "not_larger" else max(factors)
                wanted = [math.floor(n * common + 0.5) for n in shape]
                factors = [common] * len(over)
            return wanted, factors
    elif scales is not None and np.size(scales) == len(over):
        factors = [float(s) for s in np.reshape(scales, (-1,))]
        if all(math.isfinite(s) and s > 0 for s in factors):
            return [math.floor(n * s) for n, s in zip(shape, factors, strict=True)], factors
    raise ArgumentError(
        f"scales or sizes must be positive, one for each of {len(over)} axes, got {scales} and "
        f"{sizes}; check the shape of the input"
    )


def _coordinates(kind: str, n: int, length: int, factor: float) -> np.ndarray:
    """Return the place in the input of each element of the output."""
    o = np.arange(length, dtype=np.float64)
    if kind == "asymmetric":
        return o / factor
    if kind == "align_corners":
        return o * ((n - 1) / (length - 1)) if length > 1 else o * 0.0
    if kind == "pytorch_half_pixel" and length == 1:
        return o * 0.0
    if kind == "half_pixel_symmetric":  # the centre of the input stays the centre
        adjustment = length / (factor * n)
        return n / 2 * (1 - adjustment) + (o + 0.5) / factor - 0.5
    return (o + 0.5) / factor - 0.5


def _nearest(places: np.ndarray, kind: str) -> np.ndarray:
    if kind == "floor":
        found = np.floor(places)
    elif kind == "ceil":
        found = np.ceil(places)
    elif kind == "round_prefer_floor":
        found = np.ceil(places - 0.5)
    else:
        found = np.floor(places + 0.5)
    return np.asarray(found, np.int64)


def _linear(places: np.ndarray, n: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    places = np.clip(places, 0, n - 1)
    left = np.floor(places).astype(np.int64)
    share = places - left
    return [left, left + 1], [1 - share, share]


def _cubic(
    places: np.ndarray, n: int, a: float, exclude_outside: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """R. G. Keys, 1981, *Cubic convolution interpolation for digital image processing*."""
    left = np.floor(places).astype(np.int64)
    picked, weights = [], []
    for i in (-1, 0, 1, 2):
        d = np.abs(places - (left + i))
        near = (a + 2) * d**3 - (a + 3) * d**2 + 1
        far = a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a
        weight = np.where(d <= 1, near, far)
        if exclude_outside:
            weight = np.where((left + i < 0) | (left + i >= n), 0.0, weight)
        picked.append(left + i)
        weights.append(weight)
    if exclude_outside:
        total = np.sum(weights, axis=0)
        weights = [weight / total for weight in weights]
    return picked, weights


def _mixed(x: Any, axis: int, picked: list[np.ndarray], weights: list[np.ndarray]) -> Any:
    xp = namespace(x)
    where = device_of(unwrap(x))
    shape = [-1 if i == axis else 1 for i in range(len(x.shape))]
    total: Any = None
    for places, weight in zip(picked, weights, strict=True):
        part = xp.take(x, asarray(places, device=where), axis=axis)
        if len(picked) > 1:
            part = part * asarray(weight.reshape(shape), x.dtype, device=where)
        total = part if total is None else total + part
    return total


@operator("Upsample", host=(1,), choices={"mode": ("nearest", "linear")})
def upsample(x: Any, scales: Any, *, mode: str = "nearest") -> Any:
    """Make images larger, as before opset 10."""
    return resize(
        x, None, scales, mode=mode, coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )  # fmt: skip
