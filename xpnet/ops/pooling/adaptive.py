"""Pooling to a given number of windows, whatever the size of the image.

Along an axis of length L, window number i of n has the elements from ⌊i L / n⌋ up to, but without,
⌈(i+1) L / n⌉, so neighbours overlap by one element where n does not divide L. A mean (or maximum)
over a rectangle is a mean of means, so one axis is pooled after the other. These are compositions
of standard functions; the tape differentiates them.

K. He, X. Zhang, S. Ren, J. Sun, 2014, *Spatial pyramid pooling in deep convolutional networks for
visual recognition*, section 2.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...backend import namespace
from ...errors import ShapeError
from ...typing import Array
from ...windows import per_axis
from ..matching import require_image
from .avg_pool import avg_pool
from .max_pool import max_pool

__all__ = ["adaptive_avg_pool", "adaptive_max_pool"]


def adaptive_avg_pool(x: Array, output_size: Any) -> Array:
    """Return the means of so many windows: (N, C, *spatial) -> (N, C, *output_size)."""
    return _adaptive("adaptive_avg_pool", x, output_size, avg_pool, "mean")


def adaptive_max_pool(x: Array, output_size: Any) -> Array:
    """Return the maxima of so many windows: (N, C, *spatial) -> (N, C, *output_size)."""
    return _adaptive("adaptive_max_pool", x, output_size, max_pool, "max")


def _adaptive(
    name: str, x: Array, output_size: Any, pool: Callable[..., Array], function: str
) -> Array:
    axes = max(len(x.shape) - 2, 1)
    where = f"{name}{axes}d"
    require_image(where, x, axes)
    if isinstance(output_size, tuple | list) and len(output_size) == axes:  # None keeps an axis
        output_size = tuple(
            n if size is None else size for size, n in zip(output_size, x.shape[2:], strict=True)
        )
    sizes = per_axis(where, "output_size", output_size, axes)
    if 0 in x.shape[2:]:
        raise ShapeError(
            f"{where}: x must have elements along each spatial axis, got {tuple(x.shape)}; there "
            "is nothing to pool"
        )
    if all(n % size == 0 for n, size in zip(x.shape[2:], sizes, strict=True)):
        kernel = tuple(n // size for n, size in zip(x.shape[2:], sizes, strict=True))
        return pool(x, kernel_size=kernel)
    reduce = getattr(namespace(x), function)
    for axis, size in enumerate(sizes, start=2):
        x = _along(x, axis, size, reduce)
    return x


def _along(x: Array, axis: int, size: int, reduce: Callable[..., Array]) -> Array:
    length = x.shape[axis]
    before = (slice(None),) * axis
    after = (slice(None),) * (len(x.shape) - axis - 1)
    edges = [(i * length // size, -(-(i + 1) * length // size)) for i in range(size)]
    pieces = [reduce(x[(*before, slice(a, b), *after)], axis=axis) for a, b in edges]
    return namespace(x).stack(pieces, axis=axis)
