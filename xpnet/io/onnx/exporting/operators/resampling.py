"""Up-sampling, where Resize computes the same places."""

from __future__ import annotations

from typing import Any

import numpy as np

from .....ops.upsampling.sizes import Resampling, resampling
from ..symbol import Symbol, constant, emit, ints
from .translation import result_of, translates

__all__: list[str] = []


def _axes(x: Symbol, size: Any, scale_factor: Any) -> list[Resampling]:
    return resampling("upsample", x.shape[2:], size, scale_factor)


def _resize(x: Symbol, along: list[Resampling], result: Any, **attributes: str) -> Symbol:
    """Give factors, which do for any size of image, or sizes where factors would be rounded."""
    corners = attributes.get("coordinate_transformation_mode") == "align_corners"
    if _scales_do(along) and not (corners and not _exact(along)):
        scales = constant(np.asarray([_scale(axis) for axis in along], np.float32))
        inputs = [x, None, scales]
    else:
        inputs = [x, None, None, ints([axis.out for axis in along])]
    return emit("Resize", inputs, result, axes=list(range(2, x.ndim)), **attributes)


def _exact(along: list[Resampling]) -> bool:
    """Tell whether nothing was rounded; if it was, no two run-times agree on the last corner."""
    return all(axis.ratio * axis.out == axis.size for axis in along)


def _scale(axis: Resampling) -> float:
    return float(np.float32(1 / axis.ratio))


def _scales_do(along: list[Resampling]) -> bool:
    """Tell whether as many elements come out although factors are rounded."""
    return all(int(axis.size * _scale(axis)) == axis.out for axis in along)


def _copies(x: Symbol, *, size: Any = None, scale_factor: Any = None) -> bool:
    """Other factors are rounded, so a place between two elements may come out as the other."""
    return all(a.copies and a.copies * a.ratio == 1 for a in _axes(x, size, scale_factor))


@translates("upsample_nearest", _copies)
def upsample_nearest(x: Symbol, *, size: Any = None, scale_factor: Any = None) -> Symbol:
    return _resize(
        x,
        _axes(x, size, scale_factor),
        result_of("upsample_nearest", x, size=size, scale_factor=scale_factor),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )


def _same_places(
    x: Symbol, *, size: Any = None, scale_factor: Any = None, align_corners: bool = False
) -> bool:
    along = _axes(x, size, scale_factor)
    return x.dtype == np.float32 and (_exact(along) or _scales_do(along))


@translates("upsample_linear", _same_places)
def upsample_linear(
    x: Symbol, *, size: Any = None, scale_factor: Any = None, align_corners: bool = False
) -> Symbol:
    options = {"size": size, "scale_factor": scale_factor, "align_corners": align_corners}
    return _resize(
        x,
        _axes(x, size, scale_factor),
        result_of("upsample_linear", x, **options),
        mode="linear",
        coordinate_transformation_mode="align_corners" if align_corners else "half_pixel",
    )
