"""Prediction: evaluation behaviour, no tape, bare arrays in and out."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..autograd import no_grad
from ..autograd.modes import MODE
from ..autograd.precision import cast
from ..backend import device_of, is_array, namespace, shares_home, to_device, unwrap
from ..errors import ArgumentError, DeviceError, DTypeError, OutOfMemoryError
from ..typing import Array
from .out_of_memory import explained

if TYPE_CHECKING:
    from .module import Module

__all__ = ["PREDICTING", "bare", "predict", "predicting", "require_arrays"]


class _Predicting(threading.local):
    """Whether this thread is in a predict: modules then behave as in evaluation.

    A flag that modules ask, not their mode changed and restored: no walk through the model, and a
    thread that trains it meanwhile is not disturbed.
    """

    on = False


PREDICTING = _Predicting()


class predicting:  # noqa: N801 - reads as a statement; a class, because prediction is a hot path
    """Let modules of this thread behave as in evaluation, in a block."""

    def __enter__(self) -> None:
        self._outer = PREDICTING.on
        PREDICTING.on = True

    def __exit__(self, *error: object) -> None:
        PREDICTING.on = self._outer


def predict(module: Module, x: Any, batch_size: int | None) -> Any:
    """Do what ``Module.predict`` promises."""
    try:
        with predicting(), no_grad():
            if batch_size is None:
                return _predict(module, unwrap(x))
            return _in_pieces(module, x, batch_size)
    except (MemoryError, RuntimeError) as error:
        told = _out_of_memory(module, x, batch_size, error)
        if told is None:
            raise
    raise told


def _out_of_memory(
    module: Module, x: Any, batch_size: int | None, error: Exception
) -> OutOfMemoryError | None:
    """Return the error to raise if memory ran out."""
    weights = next(module.parameters(), None)
    if not is_array(unwrap(x)) or not x.shape:
        return None
    rows = x.shape[0] if batch_size is None else min(batch_size, x.shape[0])
    remedy = f"go through x in pieces: predict(x, batch_size={max(1, rows // 4)})"
    return explained("predict", error, device_of(x if weights is None else weights), rows, remedy)


def _in_pieces(module: Module, x: Any, batch_size: int) -> Any:
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        simple = isinstance(batch_size, int | float | str)
        got = repr(batch_size) if simple else f"a {type(batch_size).__name__}"
        remedy = "None takes all rows at once"
        if not simple:
            remedy = "predict takes one input: for several, model.eval() and `with xn.no_grad():`"
            remedy += " model(x, ...)"
        raise ArgumentError(
            f"predict: batch_size must be a positive integer or None, got {got}; {remedy}"
        )
    require_arrays("predict", (x,))
    rows = x.shape[0]
    starts = range(0, max(rows, 1), batch_size)
    pieces = [_predict(module, unwrap(x[i : min(i + batch_size, rows), ...])) for i in starts]
    if isinstance(pieces[0], tuple):
        raise ArgumentError(
            f"predict: batch_size must be None for {type(module).__name__}, which returns several "
            f"results, got {batch_size!r}; which axis is the batch differs between them"
        )
    return namespace(*pieces).concat(pieces, axis=0)


def bare(output: Any) -> Any:
    """Return arrays without tape; those in a tuple, as of a recurrent layer, likewise."""
    if isinstance(output, tuple):
        return tuple(bare(part) for part in output)
    return unwrap(output)


def _predict(module: Module, x: Array) -> Any:
    try:
        return bare(module(x))
    except DeviceError:
        # Asked afterwards, because to look first is a tenth of the time of a small prediction.
        weights = next(module.parameters(), None)
        if weights is None or not is_array(x) or shares_home(x, weights):
            raise
    return _back(bare(module(to_device(x, device_of(weights)))), x)


def _back(output: Any, x: Array) -> Any:
    """Move results to where `x` is; those of half precision as float32, which every library has."""
    if isinstance(output, tuple):
        return tuple(_back(part, x) for part in output)
    if MODE.precision is not None and is_array(output):
        output = cast(output, "float32")
    return to_device(output, device_of(x))


def require_arrays(where: str, inputs: Iterable[Any]) -> None:
    """Raise if one of the inputs is a list or a number, which has no shape."""
    for x in inputs:
        if isinstance(x, list | tuple | int | float):
            remedy = "convert it with xn.asarray(x)"
            if isinstance(x, tuple):
                remedy += "; or, if it is what a recurrent layer or attention returned, write a "
                remedy += "module of your own that takes the output, x[0]"
            raise DTypeError(f"{where}: input must be an array, got a {type(x).__name__}; {remedy}")
