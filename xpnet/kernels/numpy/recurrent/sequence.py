"""How a sequence lies in memory while a state runs along it.

The rows z_s = [h_{s-1}, 1, x_s] of all steps and samples are one array (T + 1, N, K), in the order
in which the steps are taken, so that a step is one product with [W_hh, b, W_ih], bias included, and
writes its state where the next one reads it: at the beginning of z_{s+1}. The outputs are a view of
that. On the way back, one product of all errors with all rows gives every gradient of the weights.

The batch is cut into parts, each of which runs through all its steps on its own, on whichever
thread has time. The parts depend on sizes alone, so the results do not depend on the threads. What
a part keeps of a step is a block for each gate, (G, n, H): calls on memory without gaps take a
third of the time of those on columns of a matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ....autograd.modes import MODE
from ....typing import Array
from .. import memory
from ..threads import cut, run

__all__ = [
    "Path",
    "accepts",
    "add_error",
    "bias_sum",
    "final_errors",
    "products",
    "run_parts",
    "sigmoid",
]

PART = 64
"""Samples of a part: enough for products to be quick, and for two cores to share a usual batch."""

SHARED = 1 << 21
"""A step of fewer multiplications is not cut: waking another thread would take longer."""

BLOCK = 1 << 27
"""A part of a large product has about so many multiplications."""


def accepts(x: Array, *arrays: Array | None, **options: Any) -> bool:
    """Take single and double precision, and at least one number."""
    return x.dtype.char in "fd" and x.size > 0


class Path:
    """A sequence in the order in which a state passes it.

    Attributes
    ----------
    rows : (T + 1, N, K) array
        z_s for each step, and the last state at the beginning of the last.
    width : int
        P, the features of the state.
    waiting : list of (N, 1) arrays, or None
        For each step which sequences have ended (or not begun, backwards).
    parts : list of slice
        Of the batch.
    """

    def __init__(
        self,
        x: Array,
        h0: Array | None,
        width: int,
        lengths: Sequence[int] | None,
        reverse: bool,
        work: int,
    ) -> None:
        steps, batch, features = x.shape
        self.width, self.reverse = width, reverse
        self.from_zero = h0 is None
        self.rows = memory.empty((steps + 1, batch, width + 1 + features), x.dtype)
        self.rows[0, :, :width] = 0.0 if h0 is None else h0
        self.rows[:, :, width] = 1.0
        self.rows[:-1, :, width + 1 :] = self.turned(x)
        self.waiting: list[Array | None] = [None] * steps
        if lengths is not None:
            ends, order = np.asarray(lengths), self.turned(np.arange(steps))
            waiting = (order[:, None] >= ends)[..., None]  # (T, N, 1)
            np.copyto(self.rows[:-1, :, width + 1 :], 0.0, where=waiting)
            self.waiting = [mask if mask.any() else None for mask in waiting]
        few = batch * work < SHARED
        self.parts = [slice(0, batch)] if few else cut(batch, PART)

    @property
    def steps(self) -> int:
        """T."""
        return len(self.waiting)

    def turned(self, a: Array) -> Array:
        """Bring the steps from the order of time into that of the path, or back."""
        return a[::-1] if self.reverse else a

    def columns(self, s: int) -> slice:
        """Return which columns of z_s count: those of a first state of zeros do not."""
        return slice(self.width if s == 0 and self.from_zero else 0, None)

    def blocks(self, *gates: int, hidden: int, steps: int | None = None) -> list[Any]:
        """Return memory for what each part keeps of its steps: (T, *gates, n, H) for each part.

        Where no tape is kept, there is memory for two steps only, which take turns.
        """
        count = self.steps if steps is None else steps
        own = count if MODE.recording else min(count, 2)
        sizes = [part.stop - part.start for part in self.parts]
        found = [memory.empty((own, *gates, n, hidden), self.rows.dtype) for n in sizes]
        if own < count:
            return [[block[s % 2] for s in range(count)] for block in found]
        return found

    def rows_like(self, features: int) -> Array:
        """Return memory for a row of each step and sample: (T, N, features)."""
        return memory.empty((self.steps, self.rows.shape[1], features), self.rows.dtype)

    def errors(self, gates: int, hidden: int) -> tuple[Array, Array]:
        """Return memory for errors (T, N, G·H), and its view by gates (T, G, N, H)."""
        steps, batch = self.steps, self.rows.shape[1]
        errors = memory.empty((steps, batch, gates * hidden), self.rows.dtype)
        return errors, errors.reshape(steps, batch, gates, hidden).transpose(0, 2, 1, 3)

    def outputs(self) -> tuple[Array, Array]:
        """Return y and h_n: (T, N, P), (N, P); copies, which keep nothing else alive."""
        states = self.rows[1:, :, : self.width]
        y = memory.empty(states.shape, states.dtype)
        in_order = self.turned(y)
        np.copyto(in_order, states)
        for s, mask in enumerate(self.waiting):
            if mask is not None:
                np.copyto(in_order[s], 0.0, where=mask)
        return y, states[-1].copy()

    def hold(self, s: int, part: slice, *states: tuple[Array, Array]) -> None:
        """Let states (new, old) wait where a sequence has ended."""
        mask = self.waiting[s]
        if mask is not None:
            for new, old in states:
                np.copyto(new, old, where=mask[part])

    def gradients(self, errors: Array, columns: slice = slice(None)) -> Array:
        """Return Δᵀ Z, for some columns of Z: (T, N, G) -> (G, K)."""
        rows = self.rows[:-1].reshape(-1, self.rows.shape[2])[:, columns]
        (found,) = products((errors.reshape(-1, errors.shape[2]).T, rows))
        return found

    def split(self, dw: Array) -> tuple[Array, Array, Array]:
        """Return dW_hh, db, dW_ih: (G, K) -> (G, P), (G,), (G, D)."""
        end = self.width + 1
        dw_hh, db, dw_ih = dw[:, : self.width], dw[:, self.width], dw[:, end:]
        return np.ascontiguousarray(dw_hh), np.ascontiguousarray(db), np.ascontiguousarray(dw_ih)

    def input_error(self, errors: Array, w_ih: Array) -> Array:
        """Return dx = Δ W_ih: (T, N, G), (G, D) -> (T, N, D)."""
        steps, batch, gates = errors.shape
        (dx,) = products((errors.reshape(-1, gates), w_ih))
        return self.turned(dx.reshape(steps, batch, -1))


def bias_sum(b_ih: Array | None, b_hh: Array | None, like: Array) -> Array:
    """Return the sum of the biases that are there as a column: (G, 1)."""
    total = np.zeros(like.shape[0], like.dtype)
    for b in (b_ih, b_hh):
        if b is not None:
            total += b
    return total[:, None]


def sigmoid(negative: Array) -> None:
    """Replace -a by σ(a) = 1 / (1 + exp(-a))."""
    np.exp(negative, out=negative)
    negative += 1.0
    np.divide(1.0, negative, out=negative)


def run_parts(path: Path, work: Callable[[int, slice], None]) -> None:
    """Let each part of the batch run along the path: work(number, part)."""

    def quietly(k: int) -> None:
        # exp(-a) may be inf, and 1 / (1 + inf) is what it should be, 0; a thread has its own state
        with np.errstate(over="ignore"):
            work(k, path.parts[k])

    run(quietly, range(len(path.parts)))


def final_errors(
    dy: Sequence[Array | None], path: Path, *widths: int
) -> tuple[Array | None, list[Array]]:
    """Return the error of y in the order of the path, and copies of those of the final states."""
    d_sequence, *d_states = dy
    batch, dtype = path.rows.shape[1], path.rows.dtype
    found = []
    for d, width in zip(d_states, widths, strict=True):
        state = memory.empty((batch, width), dtype)
        state[...] = 0.0 if d is None else d
        found.append(state)
    return (None if d_sequence is None else path.turned(d_sequence)), found


def add_error(dh: Array, dy: Array | None, s: int, part: slice) -> None:
    """Add the error of an output to that of the state."""
    if dy is not None:
        dh += dy[s, part]


def products(*factors: tuple[Array, Array]) -> list[Array]:
    """Multiply pairs of (I, J) and (J, K), in parts of rows that threads share."""
    results = [memory.empty((a.shape[0], b.shape[1]), a.dtype) for a, b in factors]
    parts = []
    for (a, b), out in zip(factors, results, strict=True):
        count = max(1, a.size * b.shape[1] // BLOCK)
        for rows in cut(len(a), -(-len(a) // count)):
            parts.append((a[rows], b, out[rows]))

    def multiply(part: tuple[Array, Array, Array]) -> None:
        np.matmul(part[0], part[1], out=part[2])

    run(multiply, parts)
    return results
