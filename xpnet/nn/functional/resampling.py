"""Padding, and images made larger or smaller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import ops
from ...errors import ArgumentError, ShapeError, choose
from ...windows import image_shape

__all__ = ["INTERPOLATION", "interpolate", "pad"]

INTERPOLATION = {"nearest": 0, "linear": 1, "bilinear": 2, "trilinear": 3}
"""The modes of :func:`interpolate` and the number of spatial axes each is for (0: any)."""


def pad(x: Any, padding: Sequence[int], mode: str = "constant", value: float = 0.0) -> Any:
    """Add elements at the borders: (..., H, W) -> (..., top + H + bottom, left + W + right).

    Parameters
    ----------
    x : array or Tensor
    padding : sequence of int
        Pairs that begin with the last axis, as in PyTorch: (left, right), or
        (left, right, top, bottom), and so on. Axes without a pair stay as they are.
    mode : {"constant", "reflect", "replicate", "circular"}
        What is added: `value`; the array mirrored at its outermost elements, which are not
        repeated; the outermost elements; the other end of the array.
    value : float
        For ``mode="constant"``.

    Raises
    ------
    ArgumentError
        If the padding is not pairs of numbers >= 0, or the mode is unknown.
    ShapeError
        If there are not enough elements to mirror or copy.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.asarray([1.0, 2.0, 3.0])
    >>> pad(x, (1, 2))
    array([0., 1., 2., 3., 0., 0.])
    >>> pad(x, (1, 2), mode="reflect")
    array([2., 1., 2., 3., 2., 1.])
    """
    return ops.pad(x, padding=tuple(padding), mode=mode, value=value)


def interpolate(
    x: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Any:
    """Make images larger or smaller: (N, C, *spatial) -> (N, C, *out).

    Parameters
    ----------
    x : (N, C, *spatial) array or Tensor
    size : int or tuple of int, optional
        The new spatial sizes. Either this or `scale_factor` must be given.
    scale_factor : float or tuple of float, optional
        How much larger each axis becomes: ``out = floor(scale_factor * spatial)``.
    mode : {"nearest", "linear", "bilinear", "trilinear"}
        Copies of the nearest element, or interpolation along one, two or three spatial axes.
    align_corners : bool, optional
        For interpolation, whether the centres of the outermost elements stay where they are, so
        that distances are (spatial - 1)/(out - 1); otherwise the edges of the image do, and
        distances are spatial/out. Default: False.

    Raises
    ------
    ArgumentError
        If not exactly one of `size` and `scale_factor` is given, or an argument makes no sense.
    ShapeError
        If `x` has not the axes that the mode is for.

    References
    ----------
    R. C. Gonzalez, R. E. Woods, *Digital image processing*, 4th edition, 2018, section 2.4.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.asarray([[[1.0, 3.0]]])
    >>> interpolate(x, scale_factor=2)
    array([[[1., 1., 3., 3.]]])
    >>> interpolate(x, scale_factor=2, mode="linear")
    array([[[1. , 1.5, 2.5, 3. ]]])
    >>> interpolate(x, size=3, mode="linear", align_corners=True)
    array([[[1., 2., 3.]]])
    """
    axes = INTERPOLATION[choose("interpolate", "mode", mode, INTERPOLATION)]
    if axes == 0:
        if align_corners:
            raise ArgumentError(
                "interpolate: align_corners must be False for mode='nearest', got "
                f"{align_corners!r}; it belongs to 'linear', 'bilinear' and 'trilinear'"
            )
        return ops.upsample_nearest(x, size=size, scale_factor=scale_factor)
    shape = tuple(x.shape)
    if len(shape) != axes + 2:
        fitting = {n: name for name, n in INTERPOLATION.items()}.get(len(shape) - 2, "nearest")
        raise ShapeError(
            f"interpolate: x must be {image_shape(axes)} for mode={mode!r}, got {shape}; "
            + (
                f"use mode={fitting!r}"
                if len(shape) > 2
                else "an input has a batch axis, then channels, then its spatial axes"
            )
        )
    return ops.upsample_linear(
        x, size=size, scale_factor=scale_factor, align_corners=bool(align_corners)
    )
