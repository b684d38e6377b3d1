"""Running totals of loss and metrics: kept on the device, fetched in one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..backend import asarray, is_array, namespace, to_numpy, unwrap
from ..typing import Array, State
from .metrics import Metric
from .metrics.wide import widened

__all__ = ["Totals", "fetch"]


class Totals:
    """The loss and the metrics over all batches so far.

    Parameters
    ----------
    metrics : sequence of Metric

    Attributes
    ----------
    samples : int
    states : list of dict
        The sums so far of each metric, by name.

    Examples
    --------
    >>> import numpy as np
    >>> totals = Totals([])
    >>> totals.add(np.asarray(1.0), np.zeros((3, 2)), np.zeros(3))
    >>> totals.add(np.asarray(3.0), np.zeros((1, 2)), np.zeros(1))
    >>> totals.compute()
    {'loss': 1.5}

    Metrics count every sample alike, whatever its weight.
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics
        self.samples = 0
        self._loss: Any = 0.0
        self._weight: Any = 0  # of the samples: their number, or an array on the device
        # mean losses of batches of `_size` samples without weights: adding them up one by one
        # would take several operations for each
        self._waiting: list[Any] = []
        self._size = 0
        self.states: list[State] = [metric.init() for metric in metrics]

    def add(self, loss: Array, outputs: Array, y: Array, weights: Array | None = None) -> None:
        """Count a batch: its mean loss, outputs, targets and weights, if it has some.

        Nothing waits for the device.
        """
        self.add_loss(loss, int(outputs.shape[0]), weights)
        self.states = [
            metric.update(state, outputs, y)
            for metric, state in zip(self.metrics, self.states, strict=True)
        ]

    def add_loss(self, loss: Array, n: int, weights: Array | None = None) -> None:
        """Count the mean loss of a batch of n samples, but no metric."""
        if weights is None:
            if n != self._size or len(self._waiting) == AT_ONCE:
                self._add_waiting()
            self._waiting.append(unwrap(loss))
            self._size = n
        else:
            weight = namespace(weights).sum(widened(weights))
            self._loss = self._loss + weight * widened(unwrap(loss))
            self._weight = self._weight + weight
        self.samples += n

    def _add_waiting(self) -> None:
        if self._waiting:
            xp = namespace(*self._waiting)
            losses = widened(xp.stack([xp.asarray(loss) for loss in self._waiting]))
            self._loss = self._loss + self._size * xp.sum(losses)
            self._weight = self._weight + self._size * len(self._waiting)
            self._waiting = []

    def compute(self) -> dict[str, float]:
        """Return loss and metrics as Python numbers; this waits for the device, once."""
        if not self.samples:
            return {}
        self._add_waiting()
        leaves = [x for state in self.states for x in state.values() if is_array(x)]
        sums = [self._loss, self._weight] if is_array(self._weight) else [self._loss]
        fetched = iter(fetch([*sums, *leaves]))
        loss = float(next(fetched))
        weight = float(next(fetched)) if is_array(self._weight) else self._weight
        values = {"loss": loss / (weight or 1.0)}
        for metric, state in zip(self.metrics, self.states, strict=True):
            host = {name: next(fetched) if is_array(x) else x for name, x in state.items()}
            values[metric.name] = float(metric.compute(host))
        return values

    def state_dict(self) -> dict[str, Any]:
        """Return everything in them, as numbers and arrays of the device."""
        return {
            "samples": self.samples,
            "loss": self._loss,
            "weight": self._weight,
            "waiting": list(self._waiting),
            "size": self._size,
            "metrics": [dict(state) for state in self.states],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned; arrays come to the current device."""
        self.samples, self._size = state["samples"], state["size"]
        self._loss, self._weight = _here(state["loss"]), _here(state["weight"])
        self._waiting = [_here(loss) for loss in state["waiting"]]
        self.states = [
            {name: _here(value) for name, value in metric.items()} for metric in state["metrics"]
        ]


AT_ONCE = 64
"""The losses of so many batches are added up in one go."""


def _here(value: Any) -> Any:
    return asarray(value) if is_array(value) else value


def fetch(arrays: Sequence[Array]) -> list[np.ndarray]:
    """Copy arrays of one device to the host in a single transfer, as its widest floats.

    Integers are exact up to 2**53 (2**24 on a device without float64).

    Examples
    --------
    >>> import numpy as np
    >>> fetch([np.asarray(1), np.asarray([2.5, 3.5])])
    [array(1.), array([2.5, 3.5])]
    """
    xp = namespace(*arrays)
    flat = [xp.reshape(widened(x), (-1,)) for x in arrays]
    host = to_numpy(xp.concat(flat))
    pieces = np.split(host, np.cumsum([x.shape[0] for x in flat])[:-1])
    return [piece.reshape(tuple(x.shape)) for piece, x in zip(pieces, arrays, strict=True)]
