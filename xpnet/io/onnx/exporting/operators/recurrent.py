"""Recurrent layers. The gates stand in another order, and both biases in one array."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..namespace import NAMESPACE as xp  # noqa: N811
from ..symbol import Symbol, constant, emit_all
from .translation import result_of, translates

__all__: list[str] = []

#: Which of xpnet's gates (LSTM: i, f, g, o; GRU: r, z, n) come first, second ... in ONNX.
GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn": (0,)}

HINTS = {"lstm": "iofc", "gru": "zrh", "rnn": "onnx"}


def _all_steps(x: Symbol, *inputs: Any, lengths: Any = None, **options: Any) -> bool:
    return lengths is None and x.dtype == np.float32


def _in_order(name: str, w: Symbol) -> Any:
    """Bring the blocks of rows that belong to gates into ONNX's order."""
    order = GATES[name]
    if len(order) == 1:
        return w
    rows = w.shape[0] // len(order)
    return xp.concat([w[i * rows : (i + 1) * rows, ...] for i in order], axis=0)


def _run(
    name: str,
    op: str,
    x: Symbol,
    states: list[Symbol | None],
    weights: list[Any],
    results: tuple[Any, ...],
    reverse: bool,
    **attributes: Any,
) -> tuple[Symbol, ...]:
    w_ih, w_hh, b_ih, b_hh = weights
    matrices = [xp.expand_dims(_in_order(name, w), axis=0) for w in (w_ih, w_hh)]
    biases = None
    if b_ih is not None or b_hh is not None:
        given = b_ih if b_ih is not None else b_hh
        zeros = constant(np.zeros(given.shape, given.dtype))
        both = [_in_order(name, zeros if b is None else b) for b in (b_ih, b_hh)]
        biases = xp.expand_dims(xp.concat(both, axis=0), axis=0)
    for array in (*matrices, biases):
        if array is not None:
            array.value.hint = HINTS[name]
    initial = [None if state is None else xp.expand_dims(state, axis=0) for state in states]
    y, *last = results
    found = emit_all(
        op,
        [x, *matrices, biases, None, *initial],
        [np.expand_dims(y, 1), *(np.expand_dims(state, 0) for state in last)],
        hidden_size=w_hh.shape[1],
        direction="reverse" if reverse else "forward",
        **attributes,
    )
    sequence = xp.squeeze(found[0], axis=1)  # (T, 1, N, H) -> (T, N, H)
    return (sequence, *(xp.squeeze(state, axis=0) for state in found[1:]))


def _without_projection(*inputs: Any, **options: Any) -> bool:
    return _all_steps(*inputs, **options) and (len(inputs) < 8 or inputs[7] is None)


@translates("lstm", _without_projection)
def lstm(
    x: Symbol, h0: Any, c0: Any, w_ih: Any, w_hh: Any, *rest: Any, reverse: bool = False, **_: Any
) -> tuple[Symbol, ...]:
    b_ih, b_hh = (*rest, None, None)[:2]
    results = result_of("lstm", x, h0, c0, w_ih, w_hh, b_ih, b_hh, reverse=reverse)
    weights = [w_ih, w_hh, b_ih, b_hh]
    states = [h0, c0]
    if (h0 is None) != (c0 is None):
        shape = (x.shape[1], w_hh.shape[1])
        states = [xp.zeros(shape, dtype=x.dtype) if s is None else s for s in states]
    return _run("lstm", "LSTM", x, states, weights, results, reverse)


@translates("gru", _all_steps)
def gru(
    x: Symbol, h0: Any, w_ih: Any, w_hh: Any, *rest: Any, reverse: bool = False, **_: Any
) -> tuple[Symbol, ...]:
    b_ih, b_hh = (*rest, None, None)[:2]
    results = result_of("gru", x, h0, w_ih, w_hh, b_ih, b_hh, reverse=reverse)
    weights = [w_ih, w_hh, b_ih, b_hh]
    # the reset gate is applied to the product with W_hh, as cuDNN does
    return _run("gru", "GRU", x, [h0], weights, results, reverse, linear_before_reset=1)


@translates("rnn", _all_steps)
def rnn(
    x: Symbol,
    h0: Any,
    w_ih: Any,
    w_hh: Any,
    *rest: Any,
    nonlinearity: str = "tanh",
    reverse: bool = False,
    **_: Any,
) -> tuple[Symbol, ...]:
    b_ih, b_hh = (*rest, None, None)[:2]
    options = {"nonlinearity": nonlinearity, "reverse": reverse}
    results = result_of("rnn", x, h0, w_ih, w_hh, b_ih, b_hh, **options)
    activation = {"tanh": "Tanh", "relu": "Relu"}[nonlinearity]
    weights = [w_ih, w_hh, b_ih, b_hh]
    return _run("rnn", "RNN", x, [h0], weights, results, reverse, activations=[activation])
