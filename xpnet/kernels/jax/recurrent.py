"""Recurrent layers, compiled: the steps are a loop of XLA's, and so are those of its way back.

A loop in Python would send every product and every gate of each step to the device on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from ...autograd.modes import MODE
from ...typing import Array
from ..registry import register

__all__: list[str] = []

States = tuple[Array, ...]


def accepts(x: Array, *arrays: Array | None, **options: Any) -> bool:
    """Take single and double precision, and at least one number."""
    return bool(x.dtype in (jnp.float32, jnp.float64) and x.size > 0)


def _step_of_rnn(states: States, a: Array, u: Array) -> States:
    return (jnp.tanh(a + u),)


def _step_of_relu(states: States, a: Array, u: Array) -> States:
    return (jnp.maximum(a + u, 0.0),)


def _step_of_lstm(states: States, a: Array, u: Array) -> States:
    i, f, g, o = jnp.split(a + u, 4, axis=1)
    c = jax.nn.sigmoid(f) * states[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def _step_of_gru(states: States, a: Array, u: Array) -> States:
    a_r, a_z, a_n = jnp.split(a, 3, axis=1)
    u_r, u_z, u_n = jnp.split(u, 3, axis=1)
    r, z = jax.nn.sigmoid(a_r + u_r), jax.nn.sigmoid(a_z + u_z)
    n = jnp.tanh(a_n + r * u_n)
    return ((1.0 - z) * n + z * states[0],)


def _run(
    step: Callable[[States, Array, Array], States],
    lengths: Array | None,
    reverse: bool,
    x: Array,
    states: Sequence[Any],
    weights: Sequence[Any],
) -> tuple[Array, ...]:
    """Compute y and the last states."""
    w_ih, w_hh, b_ih, b_hh, w_hr = weights
    steps, batch, _ = x.shape
    mask = None
    if lengths is not None:
        mask = (jnp.arange(steps)[:, None] < lengths)[..., None]  # (T, N, 1)
        x = jnp.where(mask, x, 0.0)
    a = x @ w_ih.T  # (T, N, G)
    a = a if b_ih is None else a + b_ih
    widths = (w_hh.shape[1], w_hh.shape[0] // 4)
    begin = tuple(
        jnp.zeros((batch, width), x.dtype) if state is None else state
        for state, width in zip(states, widths, strict=False)
    )

    def body(before: States, seen: Any) -> tuple[States, Array]:
        a_t, mask_t = seen
        u = before[0] @ w_hh.T
        now = step(before, a_t, u if b_hh is None else u + b_hh)
        if w_hr is not None:
            now = (now[0] @ w_hr.T, *now[1:])
        y_t = now[0]
        if mask_t is not None:
            y_t = jnp.where(mask_t, y_t, 0.0)
            now = tuple(jnp.where(mask_t, n, b) for n, b in zip(now, before, strict=True))
        return now, y_t

    last, y = lax.scan(body, begin, (a, mask), reverse=reverse)
    return (y, *last)


_applied = partial(jax.jit, static_argnums=(0, 2))(_run)


@partial(jax.jit, static_argnums=(0, 2))
def _with_way_back(step: Any, lengths: Array | None, reverse: bool, *arrays: Any) -> Any:
    return jax.vjp(partial(_run, step, lengths, reverse), *arrays)


@partial(jax.jit, static_argnums=2)
def _pulled_back(pull: Any, dy: tuple[Array, ...], needs: tuple[bool, ...]) -> list[Any]:
    """Return the gradients that are needed; XLA leaves out what the others would take."""
    dx, of_states, of_weights = pull(dy)
    gradients = zip((dx, *of_states, *of_weights), needs, strict=False)
    return [gradient if need else None for gradient, need in gradients]


def _forward(
    step: Any, x: Array, states: Any, weights: Any, lengths: Any, reverse: bool
) -> tuple[States, Any]:
    ends = None if lengths is None else jnp.asarray(lengths)
    weights = (*weights, *[None] * (5 - len(weights)))
    if not MODE.recording:
        return _applied(step, ends, reverse, x, states, weights), None
    outputs, pull = _with_way_back(step, ends, reverse, x, states, weights)
    return outputs, (outputs, pull)


def backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    outputs, pull = saved
    filled = (jnp.zeros_like(y) if d is None else d for y, d in zip(outputs, dy, strict=True))
    return tuple(_pulled_back(pull, tuple(filled), needs))


def rnn(
    x: Array,
    h0: Array | None,
    *weights: Array | None,
    nonlinearity: str = "tanh",
    lengths: Any = None,
    reverse: bool = False,
) -> tuple[States, Any]:
    step = _step_of_rnn if nonlinearity == "tanh" else _step_of_relu
    return _forward(step, x, (h0,), weights, lengths, reverse)


def lstm(
    x: Array,
    h0: Array | None,
    c0: Array | None,
    *weights: Array | None,
    lengths: Any = None,
    reverse: bool = False,
) -> tuple[States, Any]:
    return _forward(_step_of_lstm, x, (h0, c0), weights, lengths, reverse)


def gru(
    x: Array,
    h0: Array | None,
    *weights: Array | None,
    lengths: Any = None,
    reverse: bool = False,
) -> tuple[States, Any]:
    return _forward(_step_of_gru, x, (h0,), weights, lengths, reverse)


register("rnn", library="jax", forward=rnn, backward=backward, accepts=accepts)
register("lstm", library="jax", forward=lstm, backward=backward, accepts=accepts)
register("gru", library="jax", forward=gru, backward=backward, accepts=accepts)
