"""Long short-term memory: a cell that keeps its content unless a gate says otherwise.

    a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh        in four parts of H rows: i, f, g, o

    i = σ(a_i)   f = σ(a_f)   g = tanh(a_g)   o = σ(a_o)

    c_t = f c_{t-1} + i g        h_t = o tanh(c_t)        y_t = h_t

    x: (T, N, D)   h0, c0: (N, H)   W_ih: (4H, D)   W_hh: (4H, H)   b: (4H,)
    y: (T, N, H)   h_n, c_n: (N, H)

With a projection W_hr: (P, H), h_t = W_hr (o tanh(c_t)) and h0, y, h_n have P features.

On the way back the errors dh and dc of the state after step t are known. The error of
q = o tanh(c_t) is dq = dh without and dq = W_hrᵀ dh with a projection (then dW_hr = Σ_t dhᵀ q), and

    dc  ←  dc + dq o (1 - tanh²(c_t))        since c_t reaches the output too

    δ_o = dq tanh(c_t) o (1 - o)
    δ_i = dc g i (1 - i)
    δ_f = dc c_{t-1} f (1 - f)
    δ_g = dc i (1 - g²)

    dh_{t-1} = dy_{t-1} + W_hhᵀ δ_t        dc_{t-1} = dc f

and the sums over all steps give, as for the simple network,

    dW_ih = Σ_t δ_tᵀ x_t        dW_hh = Σ_t δ_tᵀ h_{t-1}        db = Σ_t δ_t        dx_t = W_ihᵀ δ_t

The last factor is the point: along the cell an error is multiplied by f alone, not by a matrix and
a derivative, so with f near 1 it arrives from far away.

S. Hochreiter, J. Schmidhuber, 1997, *Long short-term memory*. F. A. Gers, J. Schmidhuber,
F. Cummins, 2000, *Learning to forget*. H. Sak, A. Senior, F. Beaufays, 2014, *Long short-term
memory based recurrent neural network architectures* (the projection). Lengths: see ``lengths``.
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

__all__ = ["lstm"]


def check(
    x: Array,
    h0: Array | None,
    c0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    w_hr: Array | None = None,
    *,
    lengths: Lengths = None,
    reverse: bool = False,
) -> None:
    states = {"h0": h0, "c0": c0}
    require_recurrent("lstm", 4, x, (w_ih, w_hh, b_ih, b_hh), states, lengths, w_hr)


def forward(
    x: Array,
    h0: Array | None,
    c0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    w_hr: Array | None = None,
    *,
    lengths: Lengths = None,
    reverse: bool = False,
) -> tuple[tuple[Array, Array, Array], Any]:
    xp = namespace(x, w_ih)
    steps, batch, hidden = order(x.shape[0], reverse), x.shape[1], w_ih.shape[0] // 4
    mask = masks(lengths, x)
    x = without_padding(x, mask)
    a = input_products(x, w_ih, b_ih, b_hh)
    w_hh_t = xp.matrix_transpose(w_hh)
    h = initial_state(h0, x, w_hh.shape[1])
    c = initial_state(c0, x, hidden)
    y: list[Any] = [None] * len(steps)
    kept: list[Any] = [None] * len(steps)
    for t in steps:
        a_t = xp.reshape(a[t] + xp.matmul(h, w_hh_t), (batch, 4, hidden))
        a_i, a_f, a_g, a_o = xp.unstack(a_t, axis=1)
        i, f, g, o = logistic(a_i), logistic(a_f), xp.tanh(a_g), logistic(a_o)
        c_t = f * c + i * g
        tanh_c = xp.tanh(c_t)
        q = o * tanh_c
        h_t = q if w_hr is None else xp.matmul(q, xp.matrix_transpose(w_hr))
        kept[t] = (i, f, g, o, c, tanh_c, h)
        c, h = chosen(mask[t], c_t, c), chosen(mask[t], h_t, h)
        y[t] = chosen(mask[t], h_t, 0.0)
    return (xp.stack(y, axis=0), h, c), (x, w_ih, w_hh, w_hr, h, c, kept, mask, steps)


def backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    x, w_ih, w_hh, w_hr, h, c, kept, mask, steps = saved
    xp, dys, (dh, dc) = errors_given(dy, (h, h, c), len(steps))
    batch, hidden = c.shape
    errors: list[Any] = [None] * len(steps)
    of_output: list[Any] = [None] * len(steps)  # the errors of h_t, for the projection
    for t in reversed(steps):
        i, f, g, o, c_before, tanh_c, _ = kept[t]
        dh_t = chosen(mask[t], dys[t] + dh, 0.0)
        dq = dh_t if w_hr is None else xp.matmul(dh_t, w_hr)
        dc_t = chosen(mask[t], dc, 0.0) + dq * o * (1.0 - tanh_c * tanh_c)
        parts = [
            dc_t * g * i * (1.0 - i),
            dc_t * c_before * f * (1.0 - f),
            dc_t * i * (1.0 - g * g),
            dq * tanh_c * o * (1.0 - o),
        ]
        of_output[t] = dh_t
        errors[t] = xp.reshape(xp.stack(parts, axis=1), (batch, 4 * hidden))
        dh_before, dc_before = xp.matmul(errors[t], w_hh), dc_t * f
        if mask[t] is not None:
            dh_before = dh_before + xp.where(mask[t], 0.0, dh)
            dc_before = xp.where(mask[t], dc_before, dc)
        dh, dc = dh_before, dc_before
    needs = needs + (False,) * (8 - (inputs := len(needs)))
    rows = rows_of(errors)  # (T·N, 4H)
    dx = xp.reshape(xp.matmul(rows, w_ih), x.shape) if needs[0] else None
    dw_ih = weight_gradient(rows, xp.reshape(x, (-1, x.shape[2]))) if needs[3] else None
    dw_hh = weight_gradient(rows, rows_of([k[-1] for k in kept])) if needs[4] else None
    db = sum_of_rows(rows) if needs[5] or needs[6] else None
    dw_hr = None
    if needs[7]:
        dw_hr = weight_gradient(rows_of(of_output), rows_of([k[3] * k[5] for k in kept]))
    return (dx, dh, dc, dw_ih, dw_hh, db, db, dw_hr)[:inputs]


lstm = Op("lstm", forward, backward, check)
