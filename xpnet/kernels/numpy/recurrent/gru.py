"""The gated recurrent unit, one direction of one layer.

The errors lie as δ_n, δ_r, δ_z, ε_n: the first three are those of the inputs' products, the last
three those of the state's. The weights of r and z are negated, for σ(a) = 1 / (1 + exp(-a)).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....typing import Array
from ...registry import register
from .. import memory
from .sequence import (
    Path,
    accepts,
    add_error,
    bias_sum,
    final_errors,
    products,
    run_parts,
    sigmoid,
)

__all__: list[str] = []


def forward(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    *,
    lengths: Sequence[int] | None = None,
    reverse: bool = False,
) -> tuple[tuple[Array, Array], Any]:
    hidden = w_hh.shape[1]
    path = Path(x, h0, hidden, lengths, reverse, w_ih.size + w_hh.size)
    w = np.concatenate([w_hh, bias_sum(b_ih, b_hh, w_hh), w_ih], axis=1)
    np.negative(w[: 2 * hidden], out=w[: 2 * hidden])
    w[2 * hidden :, hidden] = 0.0 if b_hh is None else b_hh[2 * hidden :]
    w[2 * hidden :, hidden + 1 :] = 0.0
    w_n = np.concatenate([bias_sum(b_ih, None, w_ih), w_ih], axis=1)[2 * hidden :]
    seen = path.rows[:-1].reshape(-1, path.rows.shape[2])[:, hidden:]  # [1, x]
    (news,) = products((seen, w_n.T))
    news = news.reshape(path.steps, -1, hidden)
    w_gates = np.ascontiguousarray(w.reshape(3, hidden, -1).swapaxes(1, 2))  # (3, K, H)
    gates = path.blocks(3, hidden=hidden)  # r, z, u_n

    def work(k: int, part: slice) -> None:
        t = memory.empty(news[0, part].shape, x.dtype)
        for s in range(path.steps):
            a, n = gates[k][s], news[s, part]
            before, h = path.rows[s, part, :hidden], path.rows[s + 1, part, :hidden]
            r, z, u_n = a
            columns = path.columns(s)
            np.matmul(path.rows[s, part, columns], w_gates[:, columns], out=a)
            sigmoid(a[:2])
            n += np.multiply(r, u_n, out=t)
            np.tanh(n, out=n)
            np.subtract(before, n, out=t)
            t *= z
            np.add(n, t, out=h)
            path.hold(s, part, (h, before))

    run_parts(path, work)
    return path.outputs(), (path, w_ih, w_hh, gates, news)


def backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    path, w_ih, w_hh, gates, news = saved
    hidden = w_hh.shape[1]
    dy, (dh,) = final_errors(dy, path, hidden)
    errors, by_gates = path.errors(4, hidden)

    def work(k: int, part: slice) -> None:
        dh_ = dh[part]
        t, u, v, waited = memory.empty((4, *dh_.shape), dh.dtype)
        shares, products_ = memory.empty((2, 2, *dh_.shape), dh.dtype)
        for s in reversed(range(path.steps)):
            mask = path.waiting[s]
            if mask is not None:
                np.copyto(waited, dh_)
            add_error(dh_, dy, s, part)
            a, e, n = gates[k][s], by_gates[s, :, part], news[s, part]
            r, z, u_n = a
            np.multiply(dh_, z, out=t)  # what passes the step as it is
            # what is v (1 - w) in the formulas is v - v w here: a call less
            np.subtract(dh_, t, out=u)
            np.multiply(u, n, out=v)
            v *= n
            u -= v
            np.copyto(e[0], u)
            u *= r
            np.copyto(e[3], u)
            np.multiply(u, u_n, out=shares[0])
            np.subtract(path.rows[s, part, :hidden], n, out=v)
            np.multiply(v, t, out=shares[1])
            np.subtract(shares, np.multiply(shares, a[:2], out=products_), out=e[1:3])
            if mask is not None:
                np.copyto(e, 0.0, where=mask[part])
            if s or needs[1]:
                np.matmul(errors[s, part, hidden:], w_hh, out=dh_)
                dh_ += t
            path.hold(s, part, (dh_, waited))

    run_parts(path, work)
    needs = needs + (False,) * (6 - (inputs := len(needs)))
    of_inputs = errors[:, :, : 3 * hidden]
    dx = dw_ih = dw_hh = db_ih = db_hh = None
    if needs[0]:
        dx = path.input_error(of_inputs, np.roll(w_ih, hidden, axis=0))
    if needs[2] or needs[4]:
        dw = np.roll(path.gradients(of_inputs, slice(hidden, None)), -hidden, axis=0)  # r, z, n
        db_ih, dw_ih = (np.ascontiguousarray(a) for a in (dw[:, 0], dw[:, 1:]))
    if needs[3] or needs[5]:
        dw = path.gradients(errors[:, :, hidden:], slice(hidden + 1))
        dw_hh, db_hh = (np.ascontiguousarray(a) for a in (dw[:, :hidden], dw[:, hidden]))
    return (dx, dh if needs[1] else None, dw_ih, dw_hh, db_ih, db_hh)[:inputs]


register("gru", library="numpy", forward=forward, backward=backward, accepts=accepts)
