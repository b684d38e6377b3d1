"""Recurrent layers: what is kept of a step, and which kernels take it; see ``sequences``.

Projections are left to the generic op.
"""

from __future__ import annotations

from typing import Any

from ...typing import Array
from ..registry import register
from .dense import sum_of_rows
from .gpu import DTYPES, contiguous
from .sequences import Sequences

__all__: list[str] = []


def accepts(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    *biases: Array | None,
    **options: Any,
) -> bool:
    return bool(x.dtype.char in DTYPES and x.size > 0 and w_hh.size > 0)


def accepts_lstm(
    x: Array,
    h0: Array | None,
    c0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    w_hr: Array | None = None,
    **options: Any,
) -> bool:
    return w_hr is None and accepts(x, h0, w_ih, w_hh)


def _asked(gradients: tuple[Any, ...], needs: tuple[bool, ...]) -> tuple[Any, ...]:
    return tuple(g if asked else None for g, asked in zip(gradients, needs, strict=False))


# ---- long short-term memory ----------------------------------------------------------------------


def lstm_forward(
    x: Array,
    h0: Array | None,
    c0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    w_hr: None = None,
    *,
    lengths: Any = None,
    reverse: bool = False,
) -> tuple[tuple[Array, ...], Any]:
    with x.device:
        s = Sequences(x, w_ih, w_hh, lengths, reverse)
        gates = s.products()
        y, h_before, c_before = (s.empty(s.units) for _ in range(3))
        h_n, c_n = s.state(), s.state()
        biases, initial = s.given(b_ih, b_hh), s.given(h0, c0)
        before, last = (h_before, c_before), (h_n, c_n)
        if s.at_once:
            inputs = (gates, contiguous(s.w_hh.T), *biases, *initial, s.lengths)
            s.run("lstm/lstm", *inputs, y, *last, *before)
        else:
            s.run_steps("lstm/lstm_step", gates, biases, initial, before, last, (y,))
    return (y, h_n, c_n), (s, gates, h_before, c_before)


def lstm_backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    s, gates, h_before, c_before = saved
    needs = needs + (False,) * (8 - (inputs := len(needs)))
    with gates.device:
        errors, given = s.empty(4 * s.units), s.given(*dy)
        if s.at_once:
            dh0, dc0 = s.state(), s.state()
            kept: tuple[Any, ...] = (s.w_hh, gates, c_before, s.lengths)
            s.run("lstm/lstm_back", *given, *kept, errors, dh0, dc0)
        else:
            kept = (gates.reshape(errors.shape), c_before)
            dh0, dc0 = s.run_steps_back("lstm/lstm_step_back", given, kept, (errors,))
        dx, dw_ih, db = s.input_gradients(errors, needs[0], needs[3], needs[5] or needs[6])
        dw_hh = s.state_gradient(errors, h_before) if needs[4] else None
    return _asked((dx, dh0, dc0, dw_ih, dw_hh, db, db, None), needs)[:inputs]


# ---- the gated recurrent unit --------------------------------------------------------------------


def gru_forward(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    *,
    lengths: Any = None,
    reverse: bool = False,
) -> tuple[tuple[Array, ...], Any]:
    with x.device:
        s = Sequences(x, w_ih, w_hh, lengths, reverse)
        gates = s.products()
        y, h_before, u_n = (s.empty(s.units) for _ in range(3))
        h_n = s.state()
        biases, initial = s.given(b_ih, b_hh), s.given(h0)
        if s.at_once:
            inputs = (gates, contiguous(s.w_hh.T), *biases, *initial, s.lengths)
            s.run("gru/gru", *inputs, y, h_n, h_before, u_n)
        else:
            states = (initial, (h_before,), (h_n,))
            s.run_steps("gru/gru_step", gates, biases, *states, (y,), (u_n,))
    return (y, h_n), (s, gates, h_before, u_n)


def gru_backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    s, gates, h_before, u_n = saved
    needs = needs + (False,) * (6 - (inputs := len(needs)))
    with gates.device:
        of_inputs, of_states, given = s.empty(3 * s.units), s.empty(3 * s.units), s.given(*dy)
        errors = (of_inputs, of_states)
        if s.at_once:
            dh0 = s.state()
            kept: tuple[Any, ...] = (s.w_hh, gates, h_before, u_n, s.lengths)
            s.run("gru/gru_back", *given, *kept, *errors, dh0)
        else:
            kept = (gates.reshape(of_inputs.shape), h_before, u_n)
            (dh0,) = s.run_steps_back("gru/gru_step_back", given, kept, errors)
        dx, dw_ih, db_ih = s.input_gradients(of_inputs, needs[0], needs[2], needs[4])
        dw_hh = s.state_gradient(of_states, h_before) if needs[3] else None
        db_hh = sum_of_rows(of_states.reshape(-1, 3 * s.units)) if needs[5] else None
    return _asked((dx, dh0, dw_ih, dw_hh, db_ih, db_hh), needs)[:inputs]


# ---- the simple network --------------------------------------------------------------------------


def rnn_forward(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    *,
    nonlinearity: str = "tanh",
    lengths: Any = None,
    reverse: bool = False,
) -> tuple[tuple[Array, ...], Any]:
    rectify = nonlinearity == "relu"
    with x.device:
        s = Sequences(x, w_ih, w_hh, lengths, reverse)
        y, h_before, h_n = s.products(), s.empty(s.units), s.state()
        biases, initial = s.given(b_ih, b_hh), s.given(h0)
        if s.at_once:
            inputs = (y, contiguous(s.w_hh.T), *biases, *initial, s.lengths)
            s.run("rnn/rnn", *inputs, h_n, h_before, flags=(rectify,))
        else:
            states = (initial, (h_before,), (h_n,))
            s.run_steps("rnn/rnn_step", y, biases, *states, flags=(rectify,))
    y = y.reshape(s.steps, s.batch, s.units)
    return (y, h_n), (s, y, h_before, rectify)


def rnn_backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    s, y, h_before, rectify = saved
    with y.device:
        errors, given, flags = s.empty(s.units), s.given(*dy), (rectify,)
        if s.at_once:
            dh0 = s.state()
            s.run("rnn/rnn_back", *given, s.w_hh, y, s.lengths, errors, dh0, flags=flags)
        else:
            (dh0,) = s.run_steps_back("rnn/rnn_step_back", given, (y,), (errors,), flags)
        dx, dw_ih, db = s.input_gradients(errors, needs[0], needs[2], any(needs[4:]))
        dw_hh = s.state_gradient(errors, h_before) if needs[3] else None
    return _asked((dx, dh0, dw_ih, dw_hh, db, db), needs)


register("lstm", library="cupy", forward=lstm_forward, backward=lstm_backward, accepts=accepts_lstm)
register("gru", library="cupy", forward=gru_forward, backward=gru_backward, accepts=accepts)
register("rnn", library="cupy", forward=rnn_forward, backward=rnn_backward, accepts=accepts)
