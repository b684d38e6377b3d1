"""What the recurrent ops ask of their inputs, and how they say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ...backend import is_floating, namespace
from ...errors import DTypeError, ShapeError
from ...typing import Array
from .lengths import lengths_of

__all__ = ["errors_given", "initial_state", "order", "require_recurrent"]


def require_recurrent(
    where: str,
    gates: int,
    x: Array,
    weights: Sequence[Array | None],
    states: dict[str, Array | None],
    lengths: Any,
    w_hr: Array | None = None,
) -> None:
    """Raise unless a sequence, weights, initial states and lengths fit together.

    `weights` are w_ih, w_hh and perhaps b_ih, b_hh; a state "c0" is as wide as the cell, others as
    wide as the output.
    """
    if len(x.shape) != 3 or x.shape[0] < 1:
        remedy = "time comes first, then the batch; a sequence has at least one step"
        if len(x.shape) == 2:
            remedy = "of a single sequence (T, D) make a batch of one, x[:, None, :]"
        raise ShapeError(f"{where}: x must be (T, N, D), got {tuple(x.shape)}; {remedy}")
    if not is_floating(x):
        raise DTypeError(
            f"{where}: x must be floating-point numbers, got {x.dtype}; convert it with xp.astype"
        )
    _, batch, features = x.shape
    w_hh = weights[1]
    hidden = 0 if w_hh is None or len(w_hh.shape) != 2 else w_hh.shape[0] // gates
    width = hidden if w_hr is None else w_hr.shape[0]
    expected = {
        "w_ih": (gates * hidden, features),
        "w_hh": (gates * hidden, width),
        "b_ih": (gates * hidden,),
        "b_hh": (gates * hidden,),
    }
    found = dict(zip(expected, weights, strict=False))
    expected["w_hr"], found["w_hr"] = (width, hidden), w_hr
    for name, array in states.items():
        expected[name], found[name] = (batch, hidden if name == "c0" else width), array
    for name, array in found.items():
        if array is not None and tuple(array.shape) != expected[name]:
            raise ShapeError(
                f"{where}: {name} must be {expected[name]} for x {tuple(x.shape)} and {hidden} "
                f"hidden units, got {tuple(array.shape)}; a weight has {gates} times as many rows "
                "as there are hidden units"
            )
        if array is not None and array.dtype != x.dtype:
            raise DTypeError(
                f"{where}: {name} must have the dtype of x, {x.dtype}, got {array.dtype}; convert "
                "it with xp.astype, or the model with model.to(dtype=...)"
            )
    lengths_of(where, lengths, x.shape[0], batch)


def order(steps: int, reverse: bool) -> range:
    """Return the steps in the order in which the state passes them."""
    return range(steps - 1, -1, -1) if reverse else range(steps)


def initial_state(given: Array | None, x: Array, width: int) -> Array:
    """Return the initial state, zeros if none is given: (N, H)."""
    if given is not None:
        return given
    return namespace(x).zeros((x.shape[1], width), dtype=x.dtype, device=x.device)


def errors_given(
    dy: Iterable[Array | None], like: Sequence[Array], steps: int
) -> tuple[Any, Sequence[Array], list[Array]]:
    """Return the namespace of the errors, that of y for each step, and those of the final states.

    `dy` holds the errors of y and of the final states, None for what nothing was made of; `like`
    has an array of the shape of y_t and one for each final state.
    """
    d_sequence, *d_states = dy
    xp = namespace(*(d for d in (d_sequence, *d_states) if d is not None))
    zeros = [xp.zeros_like(array) for array in like]
    each = [zeros[0]] * steps if d_sequence is None else xp.unstack(d_sequence, axis=0)
    final = [zero if d is None else d for d, zero in zip(d_states, zeros[1:], strict=True)]
    return xp, each, final
