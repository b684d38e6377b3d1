"""Recurrent layers of up to 256 units: all steps in one launch, and one back through time.

Around it are the products that need not wait for the state: W_ih x_t of all steps before, and the
gradients of the weights afterwards, from the errors and states of all steps.

A block has a few sequences, so with more than some thousands of them, or with more units, a product
of matrices for each step is the better way, which the generic op goes.

What to expect, not measured: a step reads the weights once per block from the second cache, 256 KiB
for 128 units of an LSTM in float32. With 64 bytes per clock and multiprocessor that is 2 to 3 µs,
and a fraction of it for the rest, so 28 steps take about 0.1 ms each way; a batch of 128 makes 32
blocks, which leave most of a large GPU idle.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backend import recording
from ...errors import BackendError
from ...typing import Array, DType
from ..registry import register
from .dense import sum_of_rows
from .gpu import DTYPES, contiguous, cupy, launch, launch_blocks
from .products import product

__all__: list[str] = []

MOST_UNITS, MOST_SEQUENCES = 256, 4096
"""Shared memory has room for so many units; larger batches are estimated, not measured, to be as
fast step by step."""

THREADS_PER_UNIT = 8
"""Sums over the units before are shared by several threads, where units are few."""


def accepts(
    x: Array,
    h0: Array | None,
    w_ih: Array,
    w_hh: Array,
    *biases: Array | None,
    **options: Any,
) -> bool:
    return bool(
        x.dtype.char in DTYPES
        and x.size > 0
        and 0 < w_hh.shape[1] <= MOST_UNITS
        and x.shape[1] <= MOST_SEQUENCES
    )


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


# ---- what the three have in common ---------------------------------------------------------------


class Sequences:
    """A batch of sequences (T, N, D) on its way through a layer of H units."""

    def __init__(self, x: Array, w_ih: Array, w_hh: Array, lengths: Any, reverse: bool) -> None:
        self.dtype: DType = x.dtype
        self.steps, self.batch, self.features = x.shape
        self.units = w_hh.shape[1]
        self.w_ih, self.w_hh = w_ih, contiguous(w_hh)
        self.reverse = np.int32(reverse)
        x, self.lengths = contiguous(x), None
        if lengths is not None:
            if recording() is not None:
                raise BackendError(
                    "recurrent layers: lengths must be None in a step that is recorded, got "
                    f"{lengths}; they would be the same in each replay"
                )
            self.lengths = cupy().array(np.array(lengths, np.int32))
            given, x = x, self.empty(self.features)
            arguments = (given, self.lengths, x, x.size, self.batch, self.features)
            launch("rnn/without_padding", x.dtype, x.size, *arguments)
        self.x = x.reshape(-1, self.features)

    def empty(self, *width: int) -> Array:
        """Return room for so many numbers per sequence and step, (T, N, width)."""
        return cupy().empty((self.steps, self.batch, *width), self.dtype)

    def state(self) -> Array:
        """Return room for a state, (N, H)."""
        return cupy().empty((self.batch, self.units), self.dtype)

    def products(self) -> Array:
        """Return W_ih x_t of all steps, (T·N, G)."""
        return product(self.x, self.w_ih.T)

    def given(self, *arrays: Array | None) -> list[Array | None]:
        """Return arrays as kernels read them."""
        return [None if a is None else contiguous(a, self.dtype) for a in arrays]

    def run(self, kernel: str, *arguments: Any, flags: tuple[Any, ...] = ()) -> None:
        """Launch a kernel whose blocks have a few sequences each."""
        rows = 2 if self.dtype.char == "d" else 4
        blocks, length = -(-self.batch // rows), THREADS_PER_UNIT * self.units
        sizes = (self.steps, self.batch, self.units, self.reverse)
        launch_blocks(kernel, self.dtype, blocks, length, *arguments, *sizes, *flags)

    def input_gradients(
        self, errors: Array, needs_x: bool, needs_w: bool, needs_b: bool
    ) -> tuple[Array | None, Array | None, Array | None]:
        """Return dx, dw_ih and db from the errors of all steps, (T, N, G)."""
        rows = errors.reshape(self.steps * self.batch, -1)
        dx = dw = None
        if needs_x:
            dx = product(rows, self.w_ih).reshape(self.steps, self.batch, self.features)
        if needs_w:
            dw = product(rows.T, self.x)
        return dx, dw, sum_of_rows(rows) if needs_b else None

    def state_gradient(self, errors: Array, h_before: Array) -> Array:
        """Return dw_hh: (T, N, G), (T, N, H) -> (G, H)."""
        rows = errors.reshape(self.steps * self.batch, -1)
        return product(rows.T, h_before.reshape(-1, self.units))


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
        inputs = (gates, contiguous(s.w_hh.T), *s.given(b_ih, b_hh, h0, c0), s.lengths)
        s.run("lstm/lstm", *inputs, y, h_n, c_n, h_before, c_before)
    return (y, h_n, c_n), (s, gates, h_before, c_before)


def lstm_backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    s, gates, h_before, c_before = saved
    needs = needs + (False,) * (8 - (inputs := len(needs)))
    with gates.device:
        errors, dh0, dc0 = s.empty(4 * s.units), s.state(), s.state()
        kept = (s.w_hh, gates, c_before, s.lengths)
        s.run("lstm/lstm_back", *s.given(*dy), *kept, errors, dh0, dc0)
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
        inputs = (gates, contiguous(s.w_hh.T), *s.given(b_ih, b_hh, h0), s.lengths)
        s.run("gru/gru", *inputs, y, h_n, h_before, u_n)
    return (y, h_n), (s, gates, h_before, u_n)


def gru_backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    s, gates, h_before, u_n = saved
    needs = needs + (False,) * (6 - (inputs := len(needs)))
    with gates.device:
        of_inputs, of_states, dh0 = s.empty(3 * s.units), s.empty(3 * s.units), s.state()
        kept = (s.w_hh, gates, h_before, u_n, s.lengths)
        s.run("gru/gru_back", *s.given(*dy), *kept, of_inputs, of_states, dh0)
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
    rectify = np.int32(nonlinearity == "relu")
    with x.device:
        s = Sequences(x, w_ih, w_hh, lengths, reverse)
        y, h_before, h_n = s.products(), s.empty(s.units), s.state()
        inputs = (y, contiguous(s.w_hh.T), *s.given(b_ih, b_hh, h0), s.lengths)
        s.run("rnn/rnn", *inputs, h_n, h_before, flags=(rectify,))
    y = y.reshape(s.steps, s.batch, s.units)
    return (y, h_n), (s, y, h_before, rectify)


def rnn_backward(dy: Any, saved: Any, needs: tuple[bool, ...]) -> tuple[Array | None, ...]:
    s, y, h_before, rectify = saved
    with y.device:
        errors, dh0 = s.empty(s.units), s.state()
        s.run("rnn/rnn_back", *s.given(*dy), s.w_hh, y, s.lengths, errors, dh0, flags=(rectify,))
        dx, dw_ih, db = s.input_gradients(errors, needs[0], needs[2], any(needs[4:]))
        dw_hh = s.state_gradient(errors, h_before) if needs[3] else None
    return _asked((dx, dh0, dw_ih, dw_hh, db, db), needs)


register("lstm", library="cupy", forward=lstm_forward, backward=lstm_backward, accepts=accepts_lstm)
register("gru", library="cupy", forward=gru_forward, backward=gru_backward, accepts=accepts)
register("rnn", library="cupy", forward=rnn_forward, backward=rnn_backward, accepts=accepts)
