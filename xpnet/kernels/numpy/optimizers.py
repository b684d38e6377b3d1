"""Optimizer steps in place, in pieces that stay in the cache.

The generic rule makes a new array of the parameter's size for every operation, and a fresh large
array costs page faults (about 0.25 ms per MB). Here parameter, gradient and state are walked
through once, in pieces of some hundred kilobytes; all operations on a piece find it in a cache and
write into the same scratch memory.

Every rule performs the operations of the generic one in the same order, so results agree to
rounding. What comes back is a new view of the parameter's memory: by that the tape recognises that
an array it has recorded was overwritten.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from ...typing import Array, State
from ..registry import register
from .together import LARGEST, together

__all__: list[str] = []

# Numbers per piece, 512 kB of float32. Smaller pieces pay more for NumPy's calls, which take some
# microseconds within a step of training. Two threads were slower: the calls are too short for that.
PIECE = 1 << 17

_thread = threading.local()


def _scratch(dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """Return two arrays of one piece that this thread keeps from step to step."""
    kept: dict[str, tuple[Array, Array]] = _thread.__dict__
    if dtype.char not in kept:
        kept[dtype.char] = (np.empty(PIECE, dtype), np.empty(PIECE, dtype))
    return kept[dtype.char]


def _pieces(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    """Walk through contiguous arrays of one size, with two scratch arrays at the end."""
    size = arrays[0].size
    s, r = _scratch(arrays[0].dtype)
    flat = [a.reshape(-1) for a in arrays]
    if size <= PIECE:  # most parameters of most networks
        yield (*flat, s[:size], r[:size])
        return
    for start in range(0, size, PIECE):
        stop = min(start + PIECE, size)
        yield (*(a[start:stop] for a in flat), s[: stop - start], r[: stop - start])


def accepts(p: Array, g: Array, state: State, **options: Any) -> bool:
    """Tell whether all arrays are plain, contiguous, of one dtype, and may be written to."""
    dtype = p.dtype
    if dtype.char not in "fd" or not _is_plain(p, dtype, writeable=True):
        return False
    if not _is_plain(g, dtype):
        return False
    for value in state.values():
        if type(value) is not int and not _is_plain(value, dtype, writeable=True):
            return False
    return True


def _is_plain(a: Array, dtype: np.dtype[Any], writeable: bool = False) -> bool:
    if type(a) is not np.ndarray or a.dtype != dtype:
        return False
    flags = a.flags
    return bool(flags.c_contiguous and (flags.writeable or not writeable))


def _descent(g: Array, p: Array, weight_decay: float, maximize: bool, out: Array) -> Array:
    """Return g, negated or with the weight decay added in `out` where that is asked for."""
    if maximize:
        g = np.negative(g, out=out)
    if not weight_decay:
        return g
    if g is not out:
        np.multiply(p, weight_decay, out=out)
        return np.add(out, g, out=out)
    # rare: `out` is taken by -g
    return np.add(g, weight_decay * p, out=out)


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
    if not momentum:
        for p_, g_, s, _ in _pieces(p, g):
            d = _descent(g_, p_, weight_decay, maximize, out=s)
            np.subtract(p_, np.multiply(d, lr, out=s), out=p_)
        return p.view(), state
    first = "momentum_buffer" not in state
    b = np.empty_like(p) if first else state["momentum_buffer"]
    for p_, g_, b_, s, r in _pieces(p, g, b):
        d = _descent(g_, p_, weight_decay, maximize, out=s)
        if first:
            b_[...] = d
        else:
            np.multiply(b_, momentum, out=b_)
            b_ += np.multiply(d, 1 - dampening, out=r) if dampening else d
        d = np.add(d, np.multiply(b_, momentum, out=r), out=s) if nesterov else b_
        np.subtract(p_, np.multiply(d, lr, out=s), out=p_)
    return p.view(), {**state, "momentum_buffer": b}


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
    beta1, beta2 = betas
    t = state["step"] + 1
    root = math.sqrt(1 - beta2**t)
    step_size, eps = lr * root / (1 - beta1**t), eps * root
    m, v = state["exp_avg"], state["exp_avg_sq"]
    largest = state["max_exp_avg_sq"] if amsgrad else v
    for p_, g_, m_, v_, largest_, s, r in _pieces(p, g, m, v, largest):
        if shrink != 1:
            p_ *= shrink
        d = _descent(g_, p_, weight_decay, maximize, out=s)
        np.subtract(d, m_, out=r)
        m_ += np.multiply(r, 1 - beta1, out=r)
        np.multiply(d, d, out=s)
        v_ *= beta2
        v_ += np.multiply(s, 1 - beta2, out=s)
        if amsgrad:
            np.maximum(largest_, v_, out=largest_)
        np.sqrt(largest_, out=s)
        s += eps
        np.divide(m_, s, out=s)
        p_ -= np.multiply(s, step_size, out=s)
    return p.view(), {**state, "step": t}


for name, rule in (("sgd", sgd), ("adam", adam), ("adamw", adamw)):
    register(
        name,
        library="numpy",
        update=rule,
        accepts=accepts,
        together=partial(together, rule),
        largest=LARGEST,
        adds_decay=rule is not adamw,
    )
