"""How large a resampled image is, and how far apart its elements are in the given one."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, NamedTuple

from ...backend import is_floating
from ...errors import ArgumentError, DTypeError, ShapeError
from ...typing import Array
from ...windows import per_axis

__all__ = ["Resampling", "check_resampling", "resampling", "scale_factors"]

LARGEST_DENOMINATOR = 10_000


class Resampling(NamedTuple):
    """One axis: `size` elements become `out`, each a step of `ratio` from the one before it."""

    size: int
    out: int
    ratio: Fraction

    @property
    def copies(self) -> int:
        """How many copies of each element the nearest mode makes, 0 if not the same of all.

        Twice as large is two of each, also where the output had to be rounded, as in PyTorch.
        """
        times, rest = divmod(self.out, self.size)
        exact = self.ratio * self.out == self.size
        return times if not rest and (exact or times == 2) else 0


def resampling(
    where: str, spatial: tuple[int, ...], size: Any, scale_factor: Any
) -> list[Resampling]:
    """Return what happens along each spatial axis.

    With `size` the ratio is size/out; with `scale_factor` it is the inverse of that, also where
    the output, ⌊scale_factor · size⌋, had to be rounded; but an axis that keeps its size is kept.

    Raises
    ------
    ArgumentError
        If not exactly one of `size` and `scale_factor` is given, or it makes no sense.
    ShapeError
        If the result would have no elements.
    """
    if (size is None) == (scale_factor is None):
        came = "neither" if size is None else f"size={size!r} and scale_factor={scale_factor!r}"
        raise ArgumentError(
            f"{where}: exactly one of size and scale_factor must be given, got {came}; write "
            "scale_factor=2 to double an image, or size=(H, W) for a given size"
        )
    axes = len(spatial)
    if size is not None:
        outs = per_axis(where, "size", size, axes)
        return [Resampling(n, out, Fraction(n, out)) for n, out in zip(spatial, outs, strict=True)]
    found = []
    for n, factor in zip(spatial, scale_factors(where, scale_factor, axes), strict=True):
        out = math.floor(n * factor)
        if out < 1:
            raise ShapeError(
                f"{where}: the result must have elements along each axis, got {n} elements times "
                f"scale_factor {factor}; use a larger scale_factor, or size"
            )
        step = 1 / Fraction(factor).limit_denominator(LARGEST_DENOMINATOR)
        found.append(Resampling(n, out, Fraction(1) if out == n else step))
    return found


def scale_factors(where: str, scale_factor: Any, axes: int) -> tuple[float, ...]:
    """Return a factor for each spatial axis, from one number for all or a sequence."""
    factors = tuple(scale_factor) if isinstance(scale_factor, list) else scale_factor
    factors = factors if isinstance(factors, tuple) else (factors,) * axes
    if len(factors) != axes or not all(_is_positive(factor) for factor in factors):
        raise ArgumentError(
            f"{where}: scale_factor must be a number > 0 or one for each of the {axes} spatial "
            f"axes, got {scale_factor!r}; write scale_factor=2"
        )
    return factors


def _is_positive(factor: Any) -> bool:
    number = isinstance(factor, int | float) and not isinstance(factor, bool)
    return number and 1 / LARGEST_DENOMINATOR <= factor < math.inf


def check_resampling(where: str, x: Array, size: Any, scale_factor: Any) -> None:
    """Raise the errors that users of a resampling op meet."""
    if len(x.shape) < 3 or 0 in x.shape[2:]:
        raise ShapeError(
            f"{where}: x must be (N, C, *spatial) with elements along each spatial axis, got "
            f"{tuple(x.shape)}; an input has a batch axis, then channels, then its spatial axes"
        )
    if not is_floating(x):
        raise DTypeError(
            f"{where}: x must be floating-point numbers, got {x.dtype}; convert it with "
            "xp.astype(x, xp.float32)"
        )
    resampling(where, tuple(x.shape[2:]), size, scale_factor)
