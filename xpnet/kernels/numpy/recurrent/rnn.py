"""The simple recurrent network, one direction of one layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....typing import Array
from ...registry import register
from .. import memory
from .sequence import Path, accepts, add_error, bias_sum, final_errors, run_parts

__all__: list[str] = []


def forward(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    *,
    nonlinearity: str = "tanh",
    lengths: Sequence[int] | None = None,
    reverse: bool = False,
) -> tuple[tuple[Array, Array], Any]:
    hidden = w_hh.shape[1]
    path = Path(x, h0, hidden, lengths, reverse, w_ih.size + w_hh.size)
    w = np.concatenate([w_hh, bias_sum(b_ih, b_hh, w_hh), w_ih], axis=1)

    def work(k: int, part: slice) -> None:
        a = memory.empty(path.rows[0, part, :hidden].shape, x.dtype)
        for s in range(path.steps):
            h = path.rows[s + 1, part, :hidden]
            np.matmul(path.rows[s, part], w.T, out=a)
            if nonlinearity == "tanh":
                np.tanh(a, out=h)
            else:
                np.maximum(a, 0.0, out=h)
            path.hold(s, part, (h, path.rows[s, part, :hidden]))

    run_parts(path, work)
    return path.outputs(), (path, w_ih, w_hh, nonlinearity)


def backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    path, w_ih, w_hh, nonlinearity = saved
    hidden = w_hh.shape[1]
    dy, (dh,) = final_errors(dy, path, hidden)
    errors = path.rows_like(hidden)

    def work(k: int, part: slice) -> None:
        dh_ = dh[part]
        waited = memory.empty(dh_.shape, dh.dtype)
        for s in reversed(range(path.steps)):
            mask = path.waiting[s]
            if mask is not None:
                np.copyto(waited, dh_)
            add_error(dh_, dy, s, part)
            e, h = errors[s, part], path.rows[s + 1, part, :hidden]
            if nonlinearity == "tanh":
                np.multiply(h, h, out=e)
                np.subtract(1.0, e, out=e)
            else:
                np.greater(h, 0.0, out=e)
            e *= dh_
            if mask is not None:
                np.copyto(e, 0.0, where=mask[part])
            if s or needs[1]:
                np.matmul(e, w_hh, out=dh_)
            path.hold(s, part, (dh_, waited))

    run_parts(path, work)
    needs = needs + (False,) * (6 - (inputs := len(needs)))
    dx = path.input_error(errors, w_ih) if needs[0] else None
    dw_ih = dw_hh = db_ih = db_hh = None
    if any(needs[2:]):
        dw_hh, db_ih, dw_ih = path.split(path.gradients(errors))
        db_hh = db_ih.copy()
    return (dx, dh if needs[1] else None, dw_ih, dw_hh, db_ih, db_hh)[:inputs]


register("rnn", library="numpy", forward=forward, backward=backward, accepts=accepts)
