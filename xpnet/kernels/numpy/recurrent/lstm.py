"""Long short-term memory, one direction of one layer.

The gates lie as i, f, o, g, so that the three sigmoids are one call; their weights are negated, for
σ(a) = 1 / (1 + exp(-a)).
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
    c0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    w_hr: Array | None = None,
    *,
    lengths: Sequence[int] | None = None,
    reverse: bool = False,
) -> tuple[tuple[Array, Array, Array], Any]:
    rows, width = w_hh.shape
    hidden = rows // 4
    path = Path(x, h0, width, lengths, reverse, w_ih.size + w_hh.size)
    w = sorted_gates(np.concatenate([w_hh, bias_sum(b_ih, b_hh, w_hh), w_ih], axis=1))
    np.negative(w[: 3 * hidden], out=w[: 3 * hidden])
    w_gates = np.ascontiguousarray(w.reshape(4, hidden, -1).swapaxes(1, 2))  # (4, K, H)
    gates = path.blocks(4, hidden=hidden)
    cells = path.blocks(hidden=hidden, steps=path.steps + 1)
    squashed = path.blocks(hidden=hidden)
    raw = None if w_hr is None else path.rows_like(hidden)

    def work(k: int, part: slice) -> None:
        c = cells[k][0]
        c[...] = 0.0 if c0 is None else c0[part]
        product = memory.empty(c.shape, x.dtype)
        for s in range(path.steps):
            a, tanh_c = gates[k][s], squashed[k][s]
            i, f, o, g = a
            columns = path.columns(s)
            np.matmul(path.rows[s, part, columns], w_gates[:, columns], out=a)
            sigmoid(a[:3])
            np.tanh(g, out=g)
            before, c, h = c, cells[k][s + 1], path.rows[s + 1, part, :width]
            np.multiply(f, before, out=c)
            c += np.multiply(i, g, out=product)
            np.tanh(c, out=tanh_c)
            if raw is None or w_hr is None:
                np.multiply(o, tanh_c, out=h)
            else:
                q = np.multiply(o, tanh_c, out=raw[s, part])
                np.matmul(q, w_hr.T, out=h)
            path.hold(s, part, (h, path.rows[s, part, :width]), (c, before))

    run_parts(path, work)
    y, h = path.outputs()
    c = np.concatenate([states[-1] for states in cells])
    return (y, h, c), (path, w_ih, w_hh, w_hr, gates, cells, squashed, raw)


def backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    path, w_ih, w_hh, w_hr, gates, cells, squashed, raw = saved
    rows, width = w_hh.shape
    hidden = rows // 4
    dy, (dh, dc) = final_errors(dy, path, width, hidden)
    errors, by_gates = path.errors(4, hidden)
    of_output = None if w_hr is None else path.rows_like(width)
    w_state = sorted_gates(w_hh)

    def work(k: int, part: slice) -> None:
        dh_, dc_ = dh[part], dc[part]
        t, product, u = memory.empty((3, *dc_.shape), dc.dtype)
        shares, products_ = memory.empty((2, 3, *dc_.shape), dc.dtype)
        waited = [memory.empty(a.shape, a.dtype) for a in (dh_, dc_)]
        for s in reversed(range(path.steps)):
            mask = path.waiting[s]
            if mask is not None:
                for kept, now in zip(waited, (dh_, dc_), strict=True):
                    np.copyto(kept, now)
            add_error(dh_, dy, s, part)
            dq = dh_
            if of_output is not None:
                of_output[s, part] = dh_
                dq = np.matmul(dh_, w_hr, out=u)
            a, e, tanh_c = gates[k][s], by_gates[s, :, part], squashed[k][s]
            i, f, o, g = a
            # what is v (1 - w) in the formulas is v - v w here: a call less
            dc_ += np.multiply(dq, o, out=t)
            np.multiply(t, tanh_c, out=shares[2])
            dc_ -= np.multiply(shares[2], tanh_c, out=t)
            np.multiply(dc_, i, out=t)
            np.multiply(t, g, out=shares[0])
            np.subtract(t, np.multiply(shares[0], g, out=product), out=e[3])
            dc_ *= f
            np.multiply(dc_, cells[k][s], out=shares[1])
            np.subtract(shares, np.multiply(shares, a[:3], out=products_), out=e[:3])
            if mask is not None:
                np.copyto(e, 0.0, where=mask[part])
            if s or needs[1]:
                np.matmul(errors[s, part], w_state, out=dh_)
            path.hold(s, part, (dh_, waited[0]), (dc_, waited[1]))
            if of_output is not None and mask is not None:
                np.copyto(of_output[s, part], 0.0, where=mask[part])

    run_parts(path, work)
    needs = needs + (False,) * (8 - (inputs := len(needs)))
    dx = path.input_error(errors, sorted_gates(w_ih)) if needs[0] else None
    dw_ih = dw_hh = db_ih = db_hh = dw_hr = None
    if any(needs[3:7]):
        dw = sorted_gates(path.gradients(errors))
        dw_hh, db_ih, dw_ih = path.split(dw)
        db_hh = db_ih.copy()
    if of_output is not None and raw is not None and needs[7]:
        (dw_hr,) = products((of_output.reshape(-1, width).T, raw.reshape(-1, hidden)))
    return (dx, dh if needs[1] else None, dc, dw_ih, dw_hh, db_ih, db_hh, dw_hr)[:inputs]


def sorted_gates(w: Array) -> Array:
    """Bring the rows of the gates from i, f, g, o into the order i, f, o, g, or back."""
    i, f, g, o = np.split(w, 4)
    return np.concatenate([i, f, o, g])


register("lstm", library="numpy", forward=forward, backward=backward, accepts=accepts)
