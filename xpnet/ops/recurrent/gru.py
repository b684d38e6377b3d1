"""The gated recurrent unit: a state that is replaced as far as its gates let it.

    a_t = W_ih x_t + b_ih        u_t = W_hh h_{t-1} + b_hh        in three parts of H rows: r, z, n

    r = σ(a_r + u_r)   z = σ(a_z + u_z)   n = tanh(a_n + r u_n)

    h_t = (1 - z) n + z h_{t-1}        y_t = h_t

    x: (T, N, D)   h0: (N, H)   W_ih: (3H, D)   W_hh: (3H, H)   b: (3H,)
    y: (T, N, H)   h_n: (N, H)

The reset gate r acts on the product with the state, after the bias, as in PyTorch and cuDNN; in the
paper it acts on the state. On the way back, with dh the error of h_t,

    δ_n = dh (1 - z) (1 - n²)
    δ_z = dh (h_{t-1} - n) z (1 - z)
    δ_r = δ_n u_n r (1 - r)

are the errors of a_t. Those of u_t, ε_t, are the same but for ε_n = δ_n r. So

    dh_{t-1} = dy_{t-1} + z dh + W_hhᵀ ε_t        dx_t = W_ihᵀ δ_t

    dW_ih = Σ_t δ_tᵀ x_t   db_ih = Σ_t δ_t        dW_hh = Σ_t ε_tᵀ h_{t-1}   db_hh = Σ_t ε_t

Where z is near 1, the error passes the step as it is: the unit remembers.

K. Cho, B. van Merriënboer, C. Gulcehre, D. Bahdanau, F. Bougares, H. Schwenk, Y. Bengio, 2014,
*Learning phrase representations using RNN encoder-decoder for statistical machine translation*,
section 2.3. Lengths: see ``lengths``.
"""

from __future__ import annotations

from typing import Any

from ...backend import namespace
from ...typing import Array
from ..activations.sigmoid import logistic
from ..op import Op
from .arguments import errors_given, initial_state, order, require_recurrent
from .lengths import Lengths, chosen, masks, without_padding
from .products import input_products, rows_of, sum_of_rows, weight_gradient

__all__ = ["gru"]


def check(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    *,
    lengths: Lengths = None,
    reverse: bool = False,
) -> None:
    require_recurrent("gru", 3, x, (w_ih, w_hh, b_ih, b_hh), {"h0": h0}, lengths)


def forward(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    *,
    lengths: Lengths = None,
    reverse: bool = False,
) -> tuple[tuple[Array, Array], Any]:
    xp = namespace(x, w_ih)
    steps, batch, hidden = order(x.shape[0], reverse), x.shape[1], w_hh.shape[1]
    mask = masks(lengths, x)
    x = without_padding(x, mask)
    a = input_products(x, w_ih, b_ih)
    w_hh_t = xp.matrix_transpose(w_hh)
    h = initial_state(h0, x, hidden)
    y: list[Any] = [None] * len(steps)
    kept: list[Any] = [None] * len(steps)
    for t in steps:
        u = xp.matmul(h, w_hh_t)
        u = u if b_hh is None else u + b_hh
        a_r, a_z, a_n = xp.unstack(xp.reshape(a[t], (batch, 3, hidden)), axis=1)
        u_r, u_z, u_n = xp.unstack(xp.reshape(u, (batch, 3, hidden)), axis=1)
        r, z = logistic(a_r + u_r), logistic(a_z + u_z)
        n = xp.tanh(a_n + r * u_n)
        kept[t] = (r, z, n, u_n, h)
        h_t = (1.0 - z) * n + z * h
        h = chosen(mask[t], h_t, h)
        y[t] = chosen(mask[t], h_t, 0.0)
    return (xp.stack(y, axis=0), h), (x, w_ih, w_hh, kept, mask, steps)


def backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w_ih, w_hh, kept, mask, steps = saved
    like = kept[0][-1]
    xp, dys, (dh,) = errors_given(dy, (like, like), len(steps))
    batch, hidden = like.shape
    of_inputs: list[Any] = [None] * len(steps)  # δ
    of_states: list[Any] = [None] * len(steps)  # ε
    for t in reversed(steps):
        r, z, n, u_n, h = kept[t]
        dh_t = chosen(mask[t], dys[t] + dh, 0.0)
        d_n = dh_t * (1.0 - z) * (1.0 - n * n)
        d_z = dh_t * (h - n) * z * (1.0 - z)
        d_r = d_n * u_n * r * (1.0 - r)
        of_inputs[t] = xp.reshape(xp.stack([d_r, d_z, d_n], axis=1), (batch, 3 * hidden))
        of_states[t] = xp.reshape(xp.stack([d_r, d_z, d_n * r], axis=1), (batch, 3 * hidden))
        waiting = 0.0 if mask[t] is None else xp.where(mask[t], 0.0, dh)
        dh = xp.matmul(of_states[t], w_hh) + dh_t * z + waiting
    needs = needs + (False,) * (6 - (inputs := len(needs)))
    rows = rows_of(of_inputs)  # (T·N, 3H)
    dx = xp.reshape(xp.matmul(rows, w_ih), x.shape) if needs[0] else None
    dw_ih = weight_gradient(rows, xp.reshape(x, (-1, x.shape[2]))) if needs[2] else None
    db_ih = sum_of_rows(rows) if needs[4] else None
    dw_hh = db_hh = None
    if needs[3] or needs[5]:
        rows = rows_of(of_states)
        dw_hh = weight_gradient(rows, rows_of([k[-1] for k in kept])) if needs[3] else None
        db_hh = sum_of_rows(rows) if needs[5] else None
    return (dx, dh, dw_ih, dw_hh, db_ih, db_hh)[:inputs]


gru = Op("gru", forward, backward, check)
