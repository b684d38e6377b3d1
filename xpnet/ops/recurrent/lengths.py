"""Sequences of several lengths in one batch: what lies beyond an end does not count.

A batch (T, N, D) is as long as its longest sequence, the others are padded at their end. With
m = 1 while t < length, and 0 afterwards,

    h_t = m h'_t + (1 - m) h_{t-1}        y_t = m h_t

where h'_t is what the step would make: a state waits while there is nothing to see. Run backwards
in time, the initial state waits until the sequence's own last step, so the same rule serves both
directions. An error passes a waiting step unchanged and leaves nothing there.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

from ...backend import is_array, library_of, namespace, to_numpy, unwrap
from ...errors import ArgumentError, DTypeError, ShapeError
from ...typing import Array

__all__ = ["Lengths", "chosen", "lengths_of", "masks", "without_padding"]

Lengths = tuple[int, ...] | None


def lengths_of(where: str, lengths: Any, steps: int, batch: int) -> Lengths:
    """Return the lengths as numbers of Python, None if every sequence has all the steps.

    Parameters
    ----------
    where : str
        Who asks, for the errors.
    lengths : sequence of int or (N,) integer array, or None
    steps, batch : int
        T and N.

    Raises
    ------
    DTypeError
        If they are no integers.
    ShapeError
        If they are not one for each sequence.
    ArgumentError
        If one is less than 1 or more than T.

    Examples
    --------
    >>> lengths_of("lstm", [3, 1], steps=3, batch=2)
    (3, 1)
    """
    if lengths is None:
        return None
    found = _integers(where, lengths)
    if len(found) != batch:
        raise ShapeError(
            f"{where}: lengths must be ({batch},), got ({len(found)},); give one length for each "
            "sequence of the batch"
        )
    if found and (min(found) < 1 or max(found) > steps):
        worst = min(found) if min(found) < 1 else max(found)
        remedy = "leave empty sequences out" if worst < 1 else "x must be padded to the longest"
        raise ArgumentError(
            f"{where}: lengths must be from 1 to the {steps} steps of x, got {worst}; {remedy}"
        )
    return None if all(n == steps for n in found) else found


def _integers(where: str, lengths: Any) -> tuple[int, ...]:
    bare = unwrap(lengths)
    if is_array(bare):
        shape = tuple(bare.shape)
        if len(shape) != 1:
            raise ShapeError(
                f"{where}: lengths must be (N,), got {shape}; give one length for each sequence"
            )
        if not namespace(bare).isdtype(bare.dtype, "integral"):
            raise DTypeError(
                f"{where}: lengths must be integers, got {bare.dtype}; convert them with "
                "xp.astype(lengths, xp.int64)"
            )
        return tuple(to_numpy(bare).tolist())
    try:
        found = tuple(index(n) for n in bare)
    except TypeError:
        found = None
    if found is None or any(isinstance(n, bool) for n in bare):
        raise DTypeError(
            f"{where}: lengths must be integers, got {lengths!r}; give one length for each "
            "sequence, such as [5, 3]"
        )
    return found


def masks(lengths: Lengths, x: Array) -> Sequence[Array | None]:
    """Return for each step which sequences have it: T arrays (N, 1) of truth values, or None."""
    steps = x.shape[0]
    if lengths is None:
        return [None] * steps
    bare = unwrap(x)
    xp, device = namespace(bare), library_of(bare).device(bare)
    t = xp.reshape(xp.arange(steps, dtype=xp.int32, device=device), (steps, 1))
    ends = xp.asarray(list(lengths), dtype=xp.int32, device=device)  # (N,)
    return list(xp.unstack(xp.expand_dims(t < ends, axis=-1), axis=0))


def without_padding(x: Array, mask: Sequence[Array | None]) -> Array:
    """Return `x` with zeros beyond the ends, so that it does not matter what was there."""
    if mask[0] is None:
        return x
    return namespace(x).where(namespace(mask[0]).stack(mask, axis=0), x, 0.0)


def chosen(mask: Array | None, new: Array, old: Any) -> Array:
    """Return the new values where a sequence has this step, and the old ones elsewhere."""
    return new if mask is None else namespace(new, mask).where(mask, new, old)
