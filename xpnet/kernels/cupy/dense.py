"""Dense layers in turn: of each a product and one launch more, both ways.

Forward, the product gets its bias and is rectified in place. On the way back one launch makes the
error of the sums and its sum over the samples, the gradient of the bias; two products follow.
"""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ..registry import register
from .gpu import DTYPES, contiguous, cupy, launch, launch_blocks, wide
from .products import product

__all__ = ["sum_of_rows"]

ROWS, PARTS = 1024, 64
"""Sums over the samples are made in parts of at least so many rows, and in at most so many."""


def accepts(x: Array, *parameters: Array | None, rectify_last: bool = False) -> bool:
    if x.ndim != 2 or x.dtype.char not in DTYPES or x.size == 0:
        return False
    features, dtype = x.shape[1], x.dtype
    for w, b in zip(parameters[::2], parameters[1::2], strict=True):
        if w is None or w.ndim != 2 or w.size == 0 or w.shape[1] != features or w.dtype != dtype:
            return False
        features = w.shape[0]
        if b is not None and (b.dtype != dtype or b.shape != (features,)):
            return False
    return True


def forward(x: Array, *parameters: Array | None, rectify_last: bool = False) -> tuple[Array, Any]:
    inputs = []
    weights: Any = parameters[::2]
    with x.device:
        x = contiguous(x)
        for i, w in enumerate(weights):
            inputs.append(x)
            x = product(x, w.T)  # (N, D) (D, M) -> (N, M)
            b, rectify = parameters[2 * i + 1], rectify_last or i + 1 < len(weights)
            if rectify or b is not None:
                b = None if b is None else contiguous(b)
                arguments = (x, b, x.size, x.shape[1], rectify)
                launch("dense/finish", x.dtype, x.size, *arguments)
    return x, (inputs, x, weights, rectify_last)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    inputs, y, weights, rectified = saved
    gradients: list[Array | None] = [None] * len(needs)
    with y.device:
        dy = contiguous(dy, y.dtype)
        for i in reversed(range(len(inputs))):
            first = 2 * i + 1  # the place of this layer's weight among the inputs of the op
            needs_w, needs_b = needs[first : first + 2]
            dz, gradients[first + 1] = _errors(dy, y if rectified else None, needs_b)
            y, rectified = inputs[i], True
            if needs_w:
                gradients[first] = product(dz.T, y)
            if not any(needs[:first]):
                break
            dy = product(dz, weights[i])
        else:
            gradients[0] = dy
    return tuple(gradients)


def sum_of_rows(x: Array) -> Array:
    """(N, M) -> (M,), in one launch unless there are many rows."""
    return _errors(contiguous(x), None, True)[1]


def _errors(dy: Array, y: Array | None, needs_b: bool) -> tuple[Any, Any]:
    """Return dz, and db if it is needed."""
    if y is None and not needs_b:
        return dy, None
    rows, features = dy.shape
    parts = max(1, min(PARTS, rows // ROWS))
    dz = None if y is None else cupy().empty(dy.shape, dy.dtype)
    sums = cupy().empty((parts, features), wide(dy.dtype)) if needs_b else None
    blocks = -(-features // 32) * parts
    arguments = (dy, y, dz, sums, rows, features, parts)
    launch_blocks("dense/error_of_sums", dy.dtype, blocks, 32 * rows, *arguments)
    if sums is not None:
        sums = sums[0] if parts == 1 else sums.sum(axis=0)
        sums = sums.astype(dy.dtype, copy=False)
    return dy if dz is None else dz, sums


register("dense", library="cupy", forward=forward, backward=backward, accepts=accepts)
