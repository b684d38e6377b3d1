"""Dense layers in turn: rectified in place, in the memory of their products and of their errors."""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ..registry import register
from . import linear, relu
from .threads import one_blas_thread

__all__: list[str] = []


def accepts(x: Array, *parameters: Array | None, rectify_last: bool = False) -> bool:
    if x.ndim != 2 or not relu.accepts(x):
        return False
    features, dtype = x.shape[1], x.dtype
    for i in range(0, len(parameters), 2):
        w, b = parameters[i], parameters[i + 1]
        if w is None or w.ndim != 2 or w.shape[1] != features or w.dtype != dtype:
            return False
        features = w.shape[0]
        if b is not None and (b.dtype != dtype or b.shape != (features,)):
            return False
    return True


def forward(x: Array, *parameters: Array | None, rectify_last: bool = False) -> tuple[Array, Any]:
    inputs = []
    with one_blas_thread:  # once, and not for each product
        for i in range(0, len(parameters), 2):
            inputs.append(x)
            x, _ = linear.forward(x, parameters[i], parameters[i + 1])
            if rectify_last or i + 2 < len(parameters):
                relu.rectify(x, x)
    return x, (inputs, x, parameters, rectify_last)


def backward(dy: Array, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    inputs, y, parameters, rectified = saved
    gradients: list[Array | None] = [None] * len(needs)
    if rectified:
        (dy,) = relu.backward(dy, y, (True,))
    with one_blas_thread:
        for i in reversed(range(len(inputs))):
            first = 2 * i + 1  # the place of this layer's weight among the inputs of the op
            wanted = (any(needs[:first]), *needs[first : first + 2])
            a = inputs[i]
            dx, *gradients[first : first + 2] = linear.backward(dy, (a, parameters[2 * i]), wanted)
            if dx is None:
                break
            dy = relu.mask(dx, a, dx) if i else dx
        else:
            gradients[0] = dy
    return tuple(gradients)


register("dense", library="numpy", forward=forward, backward=backward, accepts=accepts)
