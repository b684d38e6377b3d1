"""Optimizer steps in place: one launch per parameter instead of one for each operation.

What comes back is a new view of the parameter's memory: by that the tape recognises that an array
it has recorded was overwritten.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...typing import Array, State
from ..registry import register
from .gpu import contiguous, cupy, launch

__all__: list[str] = []


def accepts(p: Array, g: Array, state: State, **options: Any) -> bool:
    """Tell whether all arrays have one dtype, and those to be written lie in one piece."""
    if p.dtype.char not in "fd" or g.dtype != p.dtype or not p.flags.c_contiguous:
        return False
    arrays = (value for value in state.values() if type(value) is not int)
    return all(a.dtype == p.dtype and a.flags.c_contiguous for a in arrays)


def sgd(
    p: Array,
    g: Array,
    state: State,
    *,
    lr: float,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """One step of `xpnet.optim.SGD`, in place."""
    velocity = state.get("momentum_buffer") if momentum else None
    first = bool(momentum) and velocity is None
    with p.device:
        if first:
            velocity = cupy().empty(p.shape, p.dtype)
        numbers = map(float, (lr, momentum, 1 - dampening, weight_decay))
        flags = map(np.int32, (nesterov, maximize, first))
        arrays = (p, contiguous(g), velocity, p.size)
        launch("optimizers/sgd", p.dtype, p.size, *arrays, *numbers, *flags)
    return p.view(), {**state, "momentum_buffer": velocity} if momentum else state


def adam(
    p: Array,
    g: Array,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """One step of `xpnet.optim.Adam`, in place."""
    return _adam(p, g, state, lr, betas, eps, weight_decay, 1.0, amsgrad, maximize)


def adamw(
    p: Array,
    g: Array,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 1e-2,
    amsgrad: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """One step of `xpnet.optim.AdamW`, in place."""
    return _adam(p, g, state, lr, betas, eps, 0.0, 1 - lr * weight_decay, amsgrad, maximize)


def _adam(
    p: Array,
    g: Array,
    state: State,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    shrink: float,
    amsgrad: bool,
    maximize: bool,
) -> tuple[Array, State]:
    (beta1, beta2), t = betas, state["step"] + 1
    root = math.sqrt(1 - beta2**t)
    step_size = lr * root / (1 - beta1**t)
    largest = state["max_exp_avg_sq"] if amsgrad else None
    with p.device:
        arrays = (p, contiguous(g), state["exp_avg"], state["exp_avg_sq"], largest, p.size)
        numbers = (step_size, 1 - beta1, beta2, 1 - beta2, eps * root, weight_decay, shrink)
        launch(
            "optimizers/adam", p.dtype, p.size, *arrays, *map(float, numbers), np.int32(maximize)
        )
    return p.view(), {**state, "step": t}


register("sgd", library="cupy", update=sgd, accepts=accepts)
register("adam", library="cupy", update=adam, accepts=accepts)
register("adamw", library="cupy", update=adamw, accepts=accepts)
