"""Elements added at the borders: a constant, or what the array itself has there.

    y[i] = x[r(i - p)]    with p elements before, and along an axis of length L

    constant     r(j) = j inside, the value outside
    reflect      r(j) = |j| before, 2 (L-1) - j after: mirrored at the outermost element
    replicate    r(j) = 0 before, L-1 after
    circular     r(j) = j mod L

    x: (..., *spatial)   y: (..., *padded)

As an axis is padded after the other, corners are mirrored twice. An element of x is copied to all i
with r(i - p) = j, so it gets back the sum of their errors:

    dx[j] = Σ_i dy[i] [r(i - p) = j]

the error inside, plus that of each border: mirrored back, summed up, or moved to where it came
from.
"""

from __future__ import annotations

from operator import index
from typing import Any

from ..backend import extra, namespace
from ..errors import ArgumentError, ShapeError, choose
from ..typing import Array
from .op import Op

__all__ = ["pad"]

MODES = ("constant", "reflect", "replicate", "circular")


def check(x: Array, *, padding: Any, mode: str = "constant", value: float = 0.0) -> None:
    choose("pad", "mode", mode, MODES)
    shape = tuple(x.shape)
    for axis, before, after in _borders(padding, len(shape)):
        length, most = shape[axis], max(before, after)
        if mode == "reflect" and most >= max(length, 1):
            raise ShapeError(
                f"pad: reflected padding must be smaller than the axis, got {most} for {length} "
                f"elements (axis {axis} of {shape}); an axis has {max(length - 1, 0)} to mirror: "
                "use less padding or mode='replicate'"
            )
        found = {"circular": length, "replicate": most if length else 0}.get(mode, most)
        if most > found:
            raise ShapeError(
                f"pad: {mode} padding must find elements to copy, got {most} for {length} elements "
                f"(axis {axis} of {shape}); use less padding or mode='constant'"
            )


def forward(
    x: Array, *, padding: Any, mode: str = "constant", value: float = 0.0
) -> tuple[Array, Any]:
    shape, borders = tuple(x.shape), _borders(padding, len(x.shape))
    if mode == "constant":
        return extra.pad(x, _widths(borders, len(shape)), value), (shape, borders, mode)
    xp = namespace(x)
    for axis, before, after in borders:
        pieces = [x]
        for n, start, stop in _sources(mode, x.shape[axis], before, after):
            pieces.append(_laid_out(_part(x, axis, start, stop), mode, axis, n))
        y, left, right = pieces
        x = xp.concat([left, y, right], axis=axis)
    return x, (shape, borders, mode)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array]:
    shape, borders, mode = saved
    if mode == "constant":
        return (dy[extra.inner(_widths(borders, len(shape)), shape)],)
    for axis, before, after in reversed(borders):
        length = shape[axis]
        ends = (0, before), (before + length, before + length + after)
        dx = _part(dy, axis, before, before + length)
        for (_, start, stop), end in zip(_sources(mode, length, before, after), ends, strict=True):
            error = _taken_back(_part(dy, axis, *end), mode, axis)
            widths = [(0, 0)] * len(shape)
            widths[axis] = (start, length - stop)
            dx = dx + extra.pad(error, widths)
        dy = dx
    return (dy,)


pad = Op("pad", forward, backward, check)


def _borders(padding: Any, axes: int) -> list[tuple[int, int, int]]:
    """Return (axis, before, after) from PyTorch's order, which begins with the last axis."""
    try:
        sizes = [index(n) for n in padding]
    except TypeError:
        sizes = [-1]
    if len(sizes) % 2 or len(sizes) > 2 * axes or min(sizes, default=0) < 0:
        raise ArgumentError(
            f"pad: padding must be a pair of integers >= 0 for each of the last axes (of {axes}), "
            f"got {padding!r}; write (left, right) or (left, right, top, bottom)"
        )
    pairs = zip(sizes[::2], sizes[1::2], strict=True)
    return [(axes - 1 - i, before, after) for i, (before, after) in enumerate(pairs)]


def _widths(borders: list[tuple[int, int, int]], axes: int) -> list[tuple[int, int]]:
    widths = {axis: (before, after) for axis, before, after in borders}
    return [widths.get(axis, (0, 0)) for axis in range(axes)]


def _sources(mode: str, length: int, before: int, after: int) -> list[tuple[int, int, int]]:
    """Return for both borders (size, start, stop): from where they are filled."""
    if mode == "reflect":
        return [(before, 1, before + 1), (after, length - 1 - after, length - 1)]
    if mode == "circular":
        return [(before, length - before, length), (after, 0, after)]
    return [(before, 0, min(1, length)), (after, max(length - 1, 0), length)]  # replicate


def _part(x: Array, axis: int, start: int, stop: int) -> Array:
    key = [slice(None)] * len(x.shape)
    key[axis] = slice(start, stop)
    return x[tuple(key)]


def _laid_out(part: Array, mode: str, axis: int, n: int) -> Array:
    """Turn the source of a border into its n elements."""
    xp = namespace(part)
    if mode == "reflect":
        return xp.flip(part, axis=axis)
    if mode == "replicate":
        shape = tuple(part.shape)
        return xp.broadcast_to(part, (*shape[:axis], n, *shape[axis + 1 :]))
    return part


def _taken_back(error: Array, mode: str, axis: int) -> Array:
    """Turn the error of a border into that of its source: the adjoint of the above."""
    xp = namespace(error)
    if mode == "reflect":
        return xp.flip(error, axis=axis)
    if mode == "replicate":
        return xp.sum(error, axis=axis, keepdims=True)
    return error
