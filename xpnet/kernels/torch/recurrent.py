"""Recurrent layers by PyTorch's own, with its own way back.

PyTorch has no function for the way back alone, so here, unlike in the other kernels, its autograd
records the call: on aliases of the inputs, so that nothing of it is seen outside. Sequences of
several lengths, projections, and half precision are left to the generic op, and so is the simple
network, which is no slower there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from ...autograd.modes import MODE
from ...typing import Array
from ..registry import register

__all__: list[str] = []

DTYPES = (torch.float32, torch.float64)


def accepts(x: Array, *arrays: Array | None, lengths: Any = None, **options: Any) -> bool:
    """Take sequences of one length on the CPU; on a GPU, PyTorch wants weights in one block."""
    return bool(x.is_cpu and lengths is None and x.dtype in DTYPES and x.numel() > 0)


def _run(
    function: Callable[..., Any],
    x: Array,
    states: Sequence[Array | None],
    widths: Sequence[int],
    weights: Sequence[Array | None],
    reverse: bool,
) -> tuple[tuple[Array, ...], Any]:
    """Apply one layer in one direction: y, and the last states."""
    recording = MODE.recording
    inputs: list[Any] = [
        None if array is None else array.detach().requires_grad_(recording)
        for array in (x, *states, *weights)
    ]
    with torch.set_grad_enabled(recording):
        begin = [
            x.new_zeros(x.shape[1], width) if state is None else state
            for state, width in zip(inputs[1 : 1 + len(states)], widths, strict=True)
        ]
        hx: Any = [state[None] for state in begin]
        given = [array for array in inputs[1 + len(states) :] if array is not None]
        sequence = inputs[0].flip(0) if reverse else inputs[0]
        y, *last = function(
            sequence,
            hx if len(hx) > 1 else hx[0],
            given,
            len(given) == 4,
            1,
            0.0,
            recording,
            False,
            False,
        )
        y = y.flip(0) if reverse else y
        outputs = (y, *(state[0] for state in last))
    return tuple(out.detach() for out in outputs), (outputs, inputs)


def backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    outputs, inputs = saved
    pairs = [(y, d) for y, d in zip(outputs, dy, strict=True) if d is not None]
    wanted = [array for array, need in zip(inputs, needs, strict=False) if need]
    gradients = iter(
        torch.autograd.grad(
            [y for y, _ in pairs],
            wanted,
            [d for _, d in pairs],
            retain_graph=True,
            allow_unused=True,
            materialize_grads=True,
        )
    )
    return tuple(next(gradients) if need else None for need in needs)


def _both_biases(b_ih: Array | None, b_hh: Array | None) -> bool:
    return (b_ih is None) == (b_hh is None)


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
    return accepts(x, **options) and _both_biases(b_ih, b_hh) and w_hr is None


def accepts_gru(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    **options: Any,
) -> bool:
    return accepts(x, **options) and _both_biases(b_ih, b_hh)


def lstm(
    x: Array,
    h0: Array | None,
    c0: Array | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    w_hr: Array | None = None,
    *,
    lengths: Any = None,
    reverse: bool = False,
) -> tuple[tuple[Array, ...], Any]:
    widths = (w_hh.shape[1], w_hh.shape[0] // 4)
    return _run(torch.lstm, x, (h0, c0), widths, (w_ih, w_hh, b_ih, b_hh), reverse)


def gru(
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
    return _run(torch.gru, x, (h0,), (w_hh.shape[1],), (w_ih, w_hh, b_ih, b_hh), reverse)


register("lstm", library="torch", forward=lstm, backward=backward, accepts=accepts_lstm)
register("gru", library="torch", forward=gru, backward=backward, accepts=accepts_gru)
