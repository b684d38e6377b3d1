"""Functions of the standard that are built from others, and inherit their derivatives.

Each takes the differentiable namespace first, then the standard's arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from ..backend import is_floating
from ..errors import ArgumentError
from ..typing import Array, Namespace
from .rules.indexing import along
from .tape import Traced, plain

__all__ = ["COMPOSED"]


def asarray(
    xp: Namespace, obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None
) -> Array:
    """Accept also nested lists that hold Tensors: they are stacked."""
    if isinstance(obj, Traced):
        x: Any = obj
        if dtype is not None and dtype != obj.data.dtype:
            return xp.astype(x, dtype)
        return x + 0 if copy else x
    if isinstance(obj, list | tuple) and _holds_tensor(obj):
        return xp.stack([asarray(xp, part, dtype=dtype, device=device) for part in obj])
    return plain(xp.xpnet_base.asarray(obj, dtype=dtype, device=device, copy=copy))


def _holds_tensor(obj: Any) -> bool:
    if isinstance(obj, list | tuple):
        return any(_holds_tensor(part) for part in obj)
    return isinstance(obj, Traced)


def broadcast_arrays(xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
    shape = xp.broadcast_shapes(*(x.shape for x in arrays))
    return tuple(xp.broadcast_to(x, shape) for x in arrays)


def broadcast_shapes(xp: Namespace, *shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Written out because older libraries lack it."""
    rank = max((len(shape) for shape in shapes), default=0)
    result = []
    for lengths in zip(*((1,) * (rank - len(s)) + tuple(s) for s in shapes), strict=True):
        longer = {n for n in lengths if n != 1}
        if len(longer) > 1:
            raise ArgumentError(
                f"broadcast_shapes: shapes must agree or be 1 along each axis, got {shapes}; "
                "reshape one of them"
            )
        result.append(longer.pop() if longer else 1)
    return tuple(result)


def clip(xp: Namespace, x: Array, /, min: Any = None, max: Any = None) -> Array:
    return xp.xpnet_primitive("clip", x, min, max)


def concat(xp: Namespace, arrays: Sequence[Array], /, *, axis: int | None = 0) -> Array:
    base = xp.xpnet_base
    return xp.xpnet_primitive(
        "concat",
        *arrays,
        function=lambda *bare, axis: base.concat(bare, axis=axis),
        axis=axis,
    )


def diff(
    xp: Namespace,
    x: Array,
    /,
    *,
    axis: int = -1,
    n: int = 1,
    prepend: Any = None,
    append: Any = None,
) -> Array:
    parts = [part for part in (prepend, x, append) if part is not None]
    if len(parts) > 1:
        x = xp.concat(parts, axis=axis)
    for _ in range(n):
        x = x[along(x, axis, slice(1, None))] - x[along(x, axis, slice(None, -1))]
    return x


def full(
    xp: Namespace, shape: Any, fill_value: Any, *, dtype: Any = None, device: Any = None
) -> Array:
    """Accept also a Tensor as the value."""
    if isinstance(fill_value, Traced):
        filled = xp.broadcast_to(fill_value, (shape,) if isinstance(shape, int) else shape)
        return filled if dtype is None else xp.astype(filled, dtype)
    return plain(xp.xpnet_base.full(shape, fill_value, dtype=dtype, device=device))


def full_like(
    xp: Namespace, x: Array, /, fill_value: Any, *, dtype: Any = None, device: Any = None
) -> Array:
    dtype, device = dtype or x.dtype, device or x.device
    return full(xp, x.shape, fill_value, dtype=dtype, device=device)


def linspace(
    xp: Namespace, start: Any, stop: Any, /, num: int, *, dtype: Any = None, device: Any = None,
    endpoint: bool = True,
) -> Array:  # fmt: skip
    """Accept also Tensors as the ends: ``start (1 - t) + stop t`` with t from 0 to 1."""
    ends: list[Any] = [x for x in (start, stop) if isinstance(x, Traced)]
    base = xp.xpnet_base
    if not ends:
        return plain(base.linspace(start, stop, num, dtype=dtype, device=device, endpoint=endpoint))
    kind = dtype or next((x.dtype for x in ends if is_floating(x)), None)
    t = base.linspace(0.0, 1.0, num, dtype=kind, device=device or ends[0].device, endpoint=endpoint)
    t = plain(t)
    points = start * (1 - t) + stop * t
    return points if dtype is None else xp.astype(points, dtype, copy=False)


def isin(xp: Namespace, x1: Any, x2: Any, /, *, invert: bool = False) -> Array:
    """Compare each with each: correct everywhere, also where the library has no such function."""
    x1, x2 = (x if isinstance(x, Traced) else asarray(xp, x) for x in (x1, x2))
    hit = xp.any(xp.expand_dims(x1, axis=-1) == xp.reshape(x2, (-1,)), axis=-1)
    return xp.logical_not(hit) if invert else hit


def meshgrid(xp: Namespace, *arrays: Array, indexing: str = "xy") -> tuple[Array, ...]:
    rank = len(arrays)
    order = list(range(rank))
    if indexing == "xy" and rank > 1:
        order[0], order[1] = 1, 0
    spread = [
        xp.reshape(x, tuple(-1 if place == i else 1 for i in range(rank)))
        for x, place in zip(arrays, order, strict=True)
    ]
    return broadcast_arrays(xp, *spread)


def sort(
    xp: Namespace, x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> Array:
    order = xp.argsort(x, axis=axis, descending=descending, stable=stable)
    return xp.take_along_axis(x, order, axis=axis)


def stack(xp: Namespace, arrays: Sequence[Array], /, *, axis: int = 0) -> Array:
    return xp.concat([xp.expand_dims(x, axis=axis) for x in arrays], axis=axis)


def unstack(xp: Namespace, x: Array, /, *, axis: int = 0) -> tuple[Array, ...]:
    return tuple(x[along(x, axis, i)] for i in range(x.shape[axis]))


def tensordot(xp: Namespace, x1: Array, x2: Array, /, *, axes: Any = 2) -> Array:
    if isinstance(axes, int):
        left = list(range(len(x1.shape) - axes, len(x1.shape)))
        right = list(range(axes))
    else:
        left = [a % len(x1.shape) for a in axes[0]]
        right = [a % len(x2.shape) for a in axes[1]]
    rows = [i for i in range(len(x1.shape)) if i not in left]
    columns = [i for i in range(len(x2.shape)) if i not in right]
    shape = tuple(x1.shape[i] for i in rows) + tuple(x2.shape[i] for i in columns)
    inner = math.prod(x1.shape[i] for i in left)
    a = xp.reshape(
        xp.permute_dims(x1, tuple(rows + left)), (math.prod(x1.shape[i] for i in rows), inner)
    )
    b = xp.reshape(
        xp.permute_dims(x2, tuple(right + columns)),
        (inner, math.prod(x2.shape[i] for i in columns)),
    )
    return xp.reshape(xp.matmul(a, b), shape)


def matrix_norm(xp: Namespace, x: Array, /, *, keepdims: bool = False, ord: Any = "fro") -> Array:
    if ord in ("fro", None):
        return xp.linalg.vector_norm(x, axis=(-2, -1), keepdims=keepdims)
    if ord in (1, -1, math.inf, -math.inf):
        summed, over = (-2, -1) if abs(ord) == 1 else (-1, -1)
        sums = xp.sum(xp.abs(x), axis=summed)
        norm = (xp.max if ord > 0 else xp.min)(sums, axis=over)
    elif ord in (2, -2, "nuc"):
        values = xp.linalg.svdvals(x)
        reduction = xp.sum if ord == "nuc" else xp.max if ord > 0 else xp.min
        norm = reduction(values, axis=-1)
    else:
        raise ArgumentError(
            f"matrix_norm: ord must be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got {ord!r}; "
            "choose one of those"
        )
    return xp.expand_dims(xp.expand_dims(norm, axis=-1), axis=-1) if keepdims else norm


def matrix_power(xp: Namespace, x: Array, n: int, /) -> Array:
    """Square and multiply: about 2 log2(n) products."""
    if n < 0:
        x, n = xp.linalg.inv(x), -n
    unit = xp.eye(x.shape[-1], dtype=x.dtype, device=x.device)
    factors = []
    while n:
        if n & 1:
            factors.append(x)
        n >>= 1
        x = xp.matmul(x, x) if n else x
    return reduce(xp.matmul, factors, xp.broadcast_to(unit, x.shape))


def _shift(xp: Namespace, x: Array, axes: Any, sign: int) -> Array:
    axes = range(len(x.shape)) if axes is None else [axes] if isinstance(axes, int) else axes
    axes = tuple(axes)
    halves = tuple(sign * (x.shape[a] // 2) for a in axes)
    return xp.roll(x, halves, axis=axes)


def fftshift(xp: Namespace, x: Array, /, *, axes: Any = None) -> Array:
    return _shift(xp, x, axes, 1)


def ifftshift(xp: Namespace, x: Array, /, *, axes: Any = None) -> Array:
    return _shift(xp, x, axes, -1)


COMPOSED: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        asarray,
        broadcast_arrays,
        broadcast_shapes,
        clip,
        concat,
        diff,
        full,
        full_like,
        isin,
        linspace,
        meshgrid,
        sort,
        stack,
        unstack,
        tensordot,
    )
}
"""Functions of the main namespace by name, those of extensions as ``"linalg.matrix_norm"``."""
COMPOSED |= {
    "linalg.tensordot": tensordot,
    "linalg.matrix_norm": matrix_norm,
    "linalg.matrix_power": matrix_power,
    "fft.fftshift": fftshift,
    "fft.ifftshift": ifftshift,
}
