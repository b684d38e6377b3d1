"""Operators that move elements around: other shapes, copies, pieces, borders."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .....backend import namespace
from .....errors import ArgumentError, ShapeError
from .....nn import functional as F
from ..room import broadcast_shape, require_room
from .normalization import axis_of
from .table import Ints, operator


def ints(values: Any) -> list[int]:
    """Return the numbers in an array on the host."""
    return [int(n) for n in np.asarray(values).reshape(-1)]


# ---- the same elements in another shape --------------------------------------------------------


@operator("Reshape", host=(1,))
def reshape(x: Any, shape: Any, *, allowzero: int = 0) -> Any:
    """Give another shape: 0 keeps a size, -1 is what is left."""
    wanted = ints(shape)
    if not allowzero:
        wanted = [x.shape[i] if n == 0 and i < len(x.shape) else n for i, n in enumerate(wanted)]
    fixed = math.prod(n for n in wanted if n != -1)
    elements = math.prod(x.shape)
    fits = min(wanted, default=0) >= -1 and wanted.count(-1) <= 1
    if -1 in wanted and fits and fixed > 0:
        wanted = [elements // fixed if n == -1 else n for n in wanted]
    if not fits or math.prod(wanted) != elements:
        raise ShapeError(
            f"the new shape must hold {elements} elements, got {wanted} for {tuple(x.shape)}; if "
            "the batch has the size 1 in the file, export the model with a dynamic batch axis"
        )
    return namespace(x).reshape(x, tuple(wanted))


@operator("Flatten")
def flatten(x: Any, *, axis: int = 1) -> Any:
    """Join the axes before `axis`, and those from it on."""
    if axis == 1 and len(x.shape) > 1:
        return F.flatten(x)
    axes = len(x.shape)
    axis = axes if axis == axes else axis_of(x, axis)
    rows, columns = math.prod(x.shape[:axis]), math.prod(x.shape[axis:])
    return namespace(x).reshape(x, (rows, columns))


@operator("Squeeze", host=(1,))
def squeeze(x: Any, axes: Any = None) -> Any:
    """Take out axes of size 1."""
    wanted = [i for i, n in enumerate(x.shape) if n == 1] if axes is None else ints(axes)
    over = sorted({axis_of(x, axis) for axis in wanted})
    return namespace(x).squeeze(x, axis=tuple(over)) if over else x


@operator("Unsqueeze", host=(1,))
def unsqueeze(x: Any, axes: Any) -> Any:
    """Put in axes of size 1."""
    total = len(x.shape) + len(ints(axes))
    wanted = {axis % total for axis in ints(axes)}
    if total > 32 or not all(-total <= axis < total for axis in ints(axes)):
        raise ArgumentError(
            f"axes must be from {-total} to {total - 1}, got {ints(axes)[:8]}; export the model "
            "again"
        )
    sizes = iter(x.shape)
    out = tuple(1 if i in wanted else next(sizes) for i in range(total))
    return namespace(x).reshape(x, out)


@operator("Transpose")
def transpose(x: Any, *, perm: Ints | None = None) -> Any:
    """Bring the axes into another order; the opposite one by default."""
    axes = list(range(len(x.shape)))
    order = axes[::-1] if perm is None else list(perm)
    if sorted(order) != axes:
        raise ShapeError(
            f"perm must name each of the {len(axes)} axes once, got {order} for {tuple(x.shape)}; "
            "check the shape of the input"
        )
    return namespace(x).permute_dims(x, tuple(order))


@operator("DepthToSpace", choices={"mode": ("DCR", "CRD")})
def depth_to_space(x: Any, *, blocksize: int, mode: str = "DCR") -> Any:
    """Turn channels into blocks of pixels: (N, C b², H, W) -> (N, C, H b, W b)."""
    n, c, h, w = _blocks(x, blocksize, x.shape[1] if len(x.shape) > 1 else 0, blocksize**2)
    xp, b = namespace(x), blocksize
    if mode == "DCR":
        x = xp.permute_dims(xp.reshape(x, (n, b, b, c // b**2, h, w)), (0, 3, 4, 1, 5, 2))
    else:
        x = xp.permute_dims(xp.reshape(x, (n, c // b**2, b, b, h, w)), (0, 1, 4, 2, 5, 3))
    return xp.reshape(x, (n, c // b**2, h * b, w * b))


@operator("SpaceToDepth", choices={"mode": ("DCR", "CRD")})
def space_to_depth(x: Any, *, blocksize: int, mode: str = "DCR") -> Any:
    """Turn blocks of pixels into channels: (N, C, H, W) -> (N, C b², H/b, W/b)."""
    n, c, h, w = _blocks(x, blocksize, math.gcd(*x.shape[2:]), blocksize)
    xp, b = namespace(x), blocksize
    x = xp.reshape(x, (n, c, h // b, b, w // b, b))
    x = xp.permute_dims(x, (0, 3, 5, 1, 2, 4) if mode == "DCR" else (0, 1, 3, 5, 2, 4))
    return xp.reshape(x, (n, c * b**2, h // b, w // b))


def _blocks(x: Any, blocksize: int, divided: int, divisor: int) -> tuple[int, int, int, int]:
    if len(x.shape) != 4 or blocksize < 1 or divided % divisor:
        raise ShapeError(
            f"images must be (N, C, H, W) and divisible by the blocks, got {tuple(x.shape)} and "
            f"blocksize {blocksize}; check the shape of the input"
        )
    n, c, h, w = x.shape
    return n, c, h, w


# ---- copies ------------------------------------------------------------------------------------


@operator("Expand", host=(1,))
def expand(x: Any, shape: Any) -> Any:
    """Repeat along axes of size 1 until the shape fits another."""
    return namespace(x).broadcast_to(x, broadcast_shape(x.shape, ints(shape)))


@operator("Tile", host=(1,))
def tile(x: Any, repeats: Any) -> Any:
    """Lay copies side by side."""
    times = ints(repeats)
    if len(times) != len(x.shape):
        raise ShapeError(
            f"repeats must have one number for each axis of {tuple(x.shape)}, got {times[:8]}; "
            "check the shape of the input"
        )
    require_room([n * t for n, t in zip(x.shape, times, strict=True)])
    return namespace(x).tile(x, tuple(times))


@operator("Concat")
def concat(*arrays: Any, axis: int) -> Any:
    """Join arrays along an axis."""
    if not arrays:
        raise ArgumentError("arrays must be at least one, got none; export the model again")
    axis = axis_of(arrays[0], axis)
    shapes = [list(a.shape) for a in arrays]
    rests = {tuple([*s[:axis], *s[axis + 1 :]]) for s in shapes}
    if len({len(s) for s in shapes}) > 1 or len(rests) > 1:
        raise ShapeError(
            f"arrays must have the same sizes but along axis {axis}, got "
            f"{', '.join(str(tuple(s)) for s in shapes[:8])}; check the shape of the input"
        )
    require_room([*rests.pop(), sum(s[axis] for s in shapes)])
    return namespace(*arrays).concat(list(arrays), axis=axis)


@operator("Split", host=(1,), outputs=1_000_000)
def split(
    call: Any, x: Any, split: Any = None, *, axis: int = 0, num_outputs: int | None = None
) -> Any:
    """Cut along an axis into pieces of given sizes, or into equal ones, the last one smaller."""
    axis = axis_of(x, axis)
    n = x.shape[axis]
    if split is None:
        count = call.outputs if num_outputs is None else num_outputs
        if count != call.outputs:
            raise ArgumentError(
                f"num_outputs must be the number of outputs, {call.outputs}, got {count}; export "
                "the model again"
            )
        each = -(-n // count)
        sizes = [each] * (count - 1) + [n - each * (count - 1)]
    else:
        sizes = ints(split)
    if sum(sizes) != n or min(sizes, default=0) < 0 or len(sizes) != call.outputs:
        raise ShapeError(
            f"pieces must be {call.outputs} and make {n} along axis {axis}, got {sizes[:8]}; check "
            "the shape of the input"
        )
    pieces, start = [], 0
    for length in sizes:
        pieces.append(x[cut(x, axis, slice(start, start + length))])
        start += length
    return tuple(pieces)


def cut(x: Any, axis: int, part: slice) -> tuple[slice, ...]:
    """Return the index that takes a part along one axis."""
    return tuple(part if i == axis else slice(None) for i in range(len(x.shape)))


@operator("Slice", host=(1, 2, 3, 4))
def slice_(x: Any, starts: Any, ends: Any, axes: Any = None, steps: Any = None) -> Any:
    """Take every n-th element between two along some axes; backwards if the step is negative."""
    first, last = ints(starts), ints(ends)
    over = ints(axes) if axes is not None else list(range(len(first)))
    step = ints(steps) if steps is not None else [1] * len(first)
    if not len(first) == len(last) == len(over) == len(step) or 0 in step:
        raise ArgumentError(
            f"starts, ends, axes and steps must be equally many and steps not 0, got {first[:8]}, "
            f"{last[:8]}, {over[:8]}, {step[:8]}; export the model again"
        )
    for begin, end, axis, by in zip(first, last, over, step, strict=True):
        axis = axis_of(x, axis)
        x = _sliced(x, axis, begin, end, by)
    return x


def _sliced(x: Any, axis: int, begin: int, end: int, step: int) -> Any:
    n = x.shape[axis]
    if step > 0 and -n <= begin <= n and end >= -n:
        # as the file has it, so that the key is the same for every size when it is exported again
        return x[cut(x, axis, slice(begin, end if end <= n else None, step))]
    if step < 0 and end <= -x.shape[axis] - 1:
        picked = range(*slice(begin, None, step).indices(x.shape[axis]))
    else:
        picked = range(*slice(begin, end, step).indices(x.shape[axis]))
    if not picked:
        return x[cut(x, axis, slice(0, 0))]
    low, high = min(picked[0], picked[-1]), max(picked[0], picked[-1])
    x = x[cut(x, axis, slice(low, high + 1, abs(step)))]
    return namespace(x).flip(x, axis=axis) if step < 0 else x


MODES = {"reflect": "reflect", "edge": "replicate", "wrap": "circular"}


@operator("Pad", host=(1, 2, 3), choices={"mode": ("constant", *MODES)})
def pad(x: Any, pads: Any, value: Any = None, axes: Any = None, *, mode: str = "constant") -> Any:
    """Add elements at the borders; a negative number takes some away."""
    over = ints(axes) if axes is not None else list(range(len(x.shape)))
    both = ints(pads)
    if len(both) != 2 * len(over):
        raise ShapeError(
            f"pads must be two for each of {len(over)} axes, got {len(both)}; check the shape of "
            "the input"
        )
    before, after = [0] * len(x.shape), [0] * len(x.shape)
    for i, axis in enumerate(over):
        before[axis_of(x, axis)], after[axis_of(x, axis)] = both[i], both[i + len(over)]
    return padded(x, before, after, mode, 0 if value is None else value.item())


def padded(x: Any, before: Sequence[int], after: Sequence[int], mode: str, value: Any) -> Any:
    """Add elements before and after the others along each axis."""
    new = [n + b + a for n, b, a in zip(x.shape, before, after, strict=True)]
    require_room(new)
    require_room(
        [n + max(b, 0) + max(a, 0) for n, b, a in zip(x.shape, before, after, strict=True)]
    )
    widths = [n for b, a in zip(before[::-1], after[::-1], strict=True)
              for n in (max(b, 0), max(a, 0))]  # fmt: skip
    while widths and not any(widths[-2:]):
        widths = widths[:-2]
    if widths:
        kind = MODES.get(mode, mode)
        constant = int(value) if namespace(x).isdtype(x.dtype, "integral") else float(value)
        x = F.pad(x, widths, mode=kind, value=constant)
    key = tuple(
        slice(max(-b, 0), n - max(-a, 0)) for n, b, a in zip(x.shape, before, after, strict=True)
    )
    return x[key] if min([*before, *after], default=0) < 0 else x
