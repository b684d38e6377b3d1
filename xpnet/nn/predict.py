"""Prediction: evaluation behaviour, no tape, bare arrays in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..autograd import no_grad
from ..backend import device_of, is_array, namespace, shares_home, to_device, unwrap
from ..errors import DeviceError
from ..typing import Array

if TYPE_CHECKING:
    from .module import Module

__all__ = ["predict"]


def predict(module: Module, x: Any, batch_size: int | None) -> Any:
    """Do what ``Module.predict`` promises."""
    training = [m for m in module.modules() if m.training] if module.training else ()
    for m in training:
        m.training = False
    try:
        with no_grad():
            if batch_size is None:
                return _predict(module, unwrap(x))
            rows = x.shape[0]
            starts = range(0, max(rows, 1), batch_size)
            pieces = [
                _predict(module, unwrap(x[i : min(i + batch_size, rows), ...])) for i in starts
            ]
            return namespace(*pieces).concat(pieces, axis=0)
    finally:
        for m in training:
            m.training = True


def _predict(module: Module, x: Array) -> Array:
    try:
        return unwrap(module(x))
    except DeviceError:
        # Asked afterwards, because to look first is a tenth of the time of a small prediction.
        weights = next(module.parameters(), None)
        if weights is None or not is_array(x) or shares_home(x, weights):
            raise
    return to_device(unwrap(module(to_device(x, device_of(weights)))), device_of(x))
