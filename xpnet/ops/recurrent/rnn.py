"""The simple recurrent network: a dense layer that also sees what it said one step before.

    a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh        h_t = φ(a_t)        y_t = h_t

    x: (T, N, D)   h0: (N, H)   W_ih: (H, D)   W_hh: (H, H)   b: (H,)   y: (T, N, H)   h_n: (N, H)

φ is tanh or the rectifier. Unrolled in time, this is a network of T layers that share their
weights, and back-propagation through time is back-propagation in that network. The state h_t is
used twice, as output y_t and by step t + 1, so its error is the sum of two:

    dh_t = dy_t + W_hhᵀ δ_{t+1}        δ_t = dh_t φ'(a_t)        dh_0 = W_hhᵀ δ_1

with δ_t the error of a_t; tanh' = 1 - h_t², and the rectifier's derivative is 1 where h_t > 0. This
runs from the last step, where dh_T also has the error of the final state, to the first. Each weight
is used in every step, so its gradient is the sum over all of them:

    dW_ih = Σ_t δ_tᵀ x_t        dW_hh = Σ_t δ_tᵀ h_{t-1}        db = Σ_t δ_t        dx_t = W_ihᵀ δ_t

An error that travels from step t back to step s is multiplied by W_hhᵀ φ' t - s times. So it
vanishes or explodes with the distance, like the power of a number: gradients are clipped against
the one, and LSTM and GRU are made against the other.

J. L. Elman, 1990, *Finding structure in time*. P. J. Werbos, 1990, *Backpropagation through time:
what it does and how to do it*. R. Pascanu, T. Mikolov, Y. Bengio, 2013, *On the difficulty of
training recurrent neural networks*, equations 1 to 5. Lengths: see ``lengths``.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...errors import choose
from ...typing import Array
from ..op import Op
from .arguments import errors_given, initial_state, order, require_recurrent
from .lengths import Lengths, chosen, masks, without_padding
from .products import input_products, rows_of, sum_of_rows, weight_gradient

__all__ = ["rnn"]


def check(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    *,
    nonlinearity: str = "tanh",
    lengths: Lengths = None,
    reverse: bool = False,
) -> None:
    choose("rnn", "nonlinearity", nonlinearity, ("tanh", "relu"))
    require_recurrent("rnn", 1, x, (w_ih, w_hh, b_ih, b_hh), {"h0": h0}, lengths)


def forward(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    *,
    nonlinearity: str = "tanh",
    lengths: Lengths = None,
    reverse: bool = False,
) -> tuple[tuple[Array, Array], Any]:
    xp = namespace(x, w_ih)
    steps = order(x.shape[0], reverse)
    mask = masks(lengths, x)
    x = without_padding(x, mask)
    a = input_products(x, w_ih, b_ih, b_hh)
    w_hh_t = xp.matrix_transpose(w_hh)
    h = initial_state(h0, x, w_hh.shape[1])
    y: list[Any] = [None] * len(steps)
    before: list[Any] = [None] * len(steps)
    for t in steps:
        before[t] = h
        a_t = a[t] + xp.matmul(h, w_hh_t)
        h_t = xp.tanh(a_t) if nonlinearity == "tanh" else xp.maximum(a_t, 0.0)
        h = chosen(mask[t], h_t, h)
        y[t] = chosen(mask[t], h_t, 0.0)
    return (xp.stack(y, axis=0), h), (x, w_ih, w_hh, y, before, mask, steps, nonlinearity)


def backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w_ih, w_hh, y, before, mask, steps, nonlinearity = saved
    xp, dys, (dh,) = errors_given(dy, (y[0], y[0]), len(steps))
    errors: list[Any] = [None] * len(steps)
    for t in reversed(steps):
        dh_t = chosen(mask[t], dys[t] + dh, 0.0)
        slope = 1.0 - y[t] * y[t] if nonlinearity == "tanh" else xp.astype(y[t] > 0, y[t].dtype)
        errors[t] = dh_t * slope
        waiting = 0.0 if mask[t] is None else xp.where(mask[t], 0.0, dh)
        dh = xp.matmul(errors[t], w_hh) + waiting
    rows = rows_of(errors)  # (T·N, H)
    dx = xp.reshape(xp.matmul(rows, w_ih), x.shape) if needs[0] else None
    dw_ih = weight_gradient(rows, xp.reshape(x, (-1, x.shape[2]))) if needs[2] else None
    dw_hh = weight_gradient(rows, rows_of(before)) if needs[3] else None
    db = sum_of_rows(rows) if any(needs[4:]) else None
    return (dx, dh, dw_ih, dw_hh, db, db)[: len(needs)]


rnn = Op("rnn", forward, backward, check)
