"""A batch of sequences on its way through a recurrent layer, at once or step by step.

Around both ways are the products that need not wait for the state: W_ih x_t of all steps before,
and the gradients of the weights afterwards, from the errors and states of all steps.

With at most 256 units all steps are taken by one launch: a block has a few sequences, which do not
know of the others. With more units, or with more than some thousands of sequences, each step is a
product of matrices and a launch.

What to expect, not measured: in one launch a step reads the weights once per block from the second
cache, 256 KiB for 128 units of an LSTM in float32. With 64 bytes per clock and multiprocessor that
is 2 to 3 µs, and a fraction of it for the rest, so 28 steps take about 0.1 ms each way; a batch of
128 makes 32 blocks, which leave most of a large GPU idle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...backend import recording
from ...errors import BackendError
from ...typing import Array, DType
from .dense import sum_of_rows
from .gpu import contiguous, cupy, launch, launch_blocks
from .products import product

__all__ = ["Sequences"]

MOST_UNITS, MOST_SEQUENCES = 256, 4096
"""Shared memory has room for so many units; larger batches are estimated, not measured, to be as
fast step by step."""

THREADS_PER_UNIT = 8
"""Sums over the units before are shared by several threads, where units are few."""


class Sequences:
    """A batch of sequences (T, N, D) on its way through a layer of H units."""

    def __init__(self, x: Array, w_ih: Array, w_hh: Array, lengths: Any, reverse: bool) -> None:
        self.dtype: DType = x.dtype
        self.steps, self.batch, self.features = x.shape
        self.units = w_hh.shape[1]
        self.w_ih, self.w_hh = w_ih, contiguous(w_hh)
        self.reverse = reverse
        self.at_once = self.units <= MOST_UNITS and self.batch <= MOST_SEQUENCES
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

    # ---- through time ----------------------------------------------------------------------------

    def run(self, kernel: str, *arguments: Any, flags: tuple[Any, ...] = ()) -> None:
        """Take all steps at once, by a kernel whose blocks have a few sequences each."""
        rows = 2 if self.dtype.char == "d" else 4
        blocks, length = -(-self.batch // rows), THREADS_PER_UNIT * self.units
        sizes = (self.steps, self.batch, self.units, self.reverse)
        launch_blocks(kernel, self.dtype, blocks, length, *arguments, *sizes, *flags)

    def run_steps(
        self,
        kernel: str,
        gates: Array,
        biases: Sequence[Array | None],
        initial: Sequence[Array | None],
        before: Sequence[Array],
        last: Sequence[Array],
        written: Sequence[Array] = (),
        kept: Sequence[Array] = (),
        flags: tuple[Any, ...] = (),
    ) -> None:
        """Take the steps one after the other, each by a product and a launch.

        `initial`, `before` and `last` are the states at the beginning, before each step (T, N, H)
        and in the end; of `gates`, `written` and `kept` a step has its own part.
        """
        order = range(self.steps - 1, -1, -1) if self.reverse else range(self.steps)
        for state, given in zip(before, initial, strict=True):
            state[order[0]] = 0.0 if given is None else given
        gates = gates.reshape(self.steps, self.batch, -1)
        products = cupy().empty(gates.shape[1:], self.dtype)
        for t, after in zip(order, [*order[1:], None], strict=True):
            states = [state[t] for state in before]
            next_states = last if after is None else [state[after] for state in before]
            product(states[0], self.w_hh.T, products)
            read = (gates[t], products, *biases, *states, self.lengths)
            write = (*(a[t] for a in written), *next_states, *(a[t] for a in kept))
            self._step(kernel, t, *read, *write, flags=flags)

    def run_steps_back(
        self,
        kernel: str,
        dy: Sequence[Array | None],
        kept: Sequence[Array],
        errors: Sequence[Array],
        flags: tuple[Any, ...] = (),
    ) -> list[Array]:
        """Go the same way back; return the errors of the initial states.

        `dy` are the errors of y and of the last states. Of `kept` a step reads its own part, of
        `errors` it writes its own part; the last of these go through W_hh.
        """
        order = range(self.steps) if self.reverse else range(self.steps - 1, -1, -1)
        of_y, *of_states = dy
        states = [self.state() for _ in of_states]
        for state, given in zip(states, of_states, strict=True):
            state[...] = 0.0 if given is None else given
        through, room = None, self.state()
        for t in order:
            read = (None if of_y is None else of_y[t], *(a[t] for a in kept), self.lengths, through)
            self._step(kernel, t, *read, *states, *(a[t] for a in errors), flags=flags)
            through = product(errors[-1][t], self.w_hh, room)
        cupy().add(states[0], room, out=states[0])
        return states

    def _step(self, kernel: str, t: int, *arguments: Any, flags: tuple[Any, ...]) -> None:
        size = self.batch * self.units
        launch(kernel, self.dtype, size, *arguments, size, self.units, t, *flags)

    # ---- besides ---------------------------------------------------------------------------------

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
