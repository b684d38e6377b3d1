"""What the pooling ops ask of their arguments."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ...backend import is_floating
from ...errors import ArgumentError, DTypeError, ShapeError
from ...typing import Array
from ...windows import hashable, per_axis, pool_windows
from ..matching import require_image

__all__ = ["check_pool"]


def check_pool(
    name: str,
    x: Array,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
) -> None:
    """Raise the errors that users of a pooling op meet."""
    axes = len(x.shape) - 2
    if axes < 1:
        raise ShapeError(
            f"{name}: x must be (N, C, *spatial), got {tuple(x.shape)}; an input has a batch axis, "
            "then channels, then its spatial axes"
        )
    where = f"{name}{axes}d"
    require_image(where, x, axes)
    if not is_floating(x):
        raise DTypeError(
            f"{where}: x must be floating-point numbers, got {x.dtype}; convert it with "
            "xp.astype(x, xp.float32)"
        )
    if isinstance(padding, str):
        raise ArgumentError(
            f"{where}: padding must be numbers, got {padding!r}; half of the kernel is the most"
        )
    _check_sizes(where, tuple(x.shape[2:]), *hashable(kernel_size, padding, dilation))
    pool_windows(where, x.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)


@lru_cache(maxsize=1024)
def _check_sizes(
    where: str, spatial: tuple[int, ...], kernel_size: Any, padding: Any, dilation: Any
) -> None:
    axes = len(spatial)
    kernel = per_axis(where, "kernel_size", kernel_size, axes)
    pads = per_axis(where, "padding", padding, axes, least=0)
    apart = per_axis(where, "dilation", dilation, axes)
    for k, p, d, length in zip(kernel, pads, apart, spatial, strict=True):
        half = k // 2
        if p > half:
            raise ArgumentError(
                f"{where}: padding must be at most half of the kernel, got padding {padding!r} "
                f"with kernel {kernel}; with more, windows would lie wholly in the padding: use "
                f"padding={half} or a larger kernel"
            )
        if p and length < d:  # the window may step over the image
            raise ShapeError(
                f"{where}: an image with padding must be at least as large as the dilation, got "
                f"{length} elements with dilation {d}; use less dilation or no padding"
            )
