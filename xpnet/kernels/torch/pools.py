"""What PyTorch's pooling functions ask for: two or three spatial axes, and sizes for each."""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ...windows import per_axis

__all__ = ["fits", "sizes"]


def fits(x: Array, **options: Any) -> bool:
    """Take one to three spatial axes of floating-point numbers, and at least one of those."""
    return bool(x.dim() <= 5 and x.is_floating_point() and x.numel() > 0)


def sizes(argument: str, value: Any, axes: int, single: int) -> tuple[int, ...]:
    """Return a size for each axis; a sequence is an image of height 1, with `single` for that."""
    found = per_axis("pool", argument, value, axes, least=0)
    return (single, *found) if axes == 1 else found
