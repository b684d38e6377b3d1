"""Up-sampling as a layer: larger images, by copies or by interpolation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..errors import ArgumentError, choose
from ..ops.upsampling.sizes import scale_factors
from ..windows import per_axis
from . import functional
from .functional.resampling import INTERPOLATION
from .module import Module

__all__ = ["Upsample"]


class Upsample(Module):
    """Larger (or smaller) images without parameters: (N, C, *spatial) -> (N, C, *out).

    With a convolution behind it, an alternative to :class:`ConvTranspose2d` whose images have no
    checkerboard pattern.

    Parameters
    ----------
    size : int or tuple of int, optional
        The new spatial sizes. Either this or `scale_factor` must be given.
    scale_factor : float or tuple of float, optional
        How much larger each axis becomes: ``out = floor(scale_factor * spatial)``.
    mode : {"nearest", "linear", "bilinear", "trilinear"}
        Copies of the nearest element, or interpolation along one, two or three spatial axes.
    align_corners : bool
        For interpolation, whether the centres of the outermost elements stay where they are,
        instead of the edges of the image.

    Raises
    ------
    ArgumentError
        If not exactly one of `size` and `scale_factor` is given, or an argument makes no sense.
    ShapeError
        If the input has not the axes that the mode is for.

    References
    ----------
    A. Odena, V. Dumoulin, C. Olah, "Deconvolution and checkerboard artifacts", Distill, 2016.

    Examples
    --------
    >>> import xpnet as xn
    >>> xn.nn.Upsample(scale_factor=2).predict(xn.asarray([[[[1.0, 2.0]]]]))
    array([[[[1., 1., 2., 2.],
             [1., 1., 2., 2.]]]], dtype=float32)
    """

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool | None = False,
    ) -> None:
        if (size is None) == (scale_factor is None):
            raise ArgumentError(
                "Upsample: exactly one of size and scale_factor must be given, got "
                f"size={size!r} and scale_factor={scale_factor!r}; write Upsample(scale_factor=2) "
                "to double images"
            )
        choose("Upsample", "mode", mode, INTERPOLATION)
        if align_corners and mode == "nearest":
            raise ArgumentError(
                "Upsample: align_corners must be False for mode='nearest', got "
                f"{align_corners!r}; write mode='bilinear' to interpolate images"
            )
        given = scale_factor if size is None else size
        several = isinstance(given, tuple | list) and len(given)
        axes = INTERPOLATION[mode] or several or 2  # the nearest element is one of any image
        if size is None:
            scale_factors("Upsample", scale_factor, axes)
        else:
            per_axis("Upsample", "size", size, axes)
        self.size = size
        self.scale_factor = scale_factor
        self.mode = mode
        self.align_corners = align_corners

    def forward(self, x: Any) -> Any:
        """Resample."""
        return functional.interpolate(
            x, self.size, self.scale_factor, self.mode, self.align_corners
        )

    def flops(self, inputs: Sequence[Any], output: Any) -> int:
        """A multiplication and an addition per output and neighbour it is interpolated from."""
        outputs: int = math.prod(output.shape)
        axes = INTERPOLATION[self.mode]
        return 2 * outputs * 2**axes if axes else 0
