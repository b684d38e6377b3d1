"""Metric: a measure of quality that is a function of sums over samples.

So it can be computed batch by batch: the sums stay on the device, and only when somebody wants to
see the value they are fetched and `compute` turns them into it.
"""

from __future__ import annotations

from typing import Any

from ...backend import unwrap
from ...typing import Array, State

__all__ = ["Metric"]


class Metric:
    """Base class of all metrics.

    A subclass defines two functions, `sums` and `compute`.

    Attributes
    ----------
    name : str
        Its column in a history.
    higher_is_better : bool

    Examples
    --------
    >>> import numpy as np
    >>> from xpnet.backend import namespace
    >>> class LargestError(Metric):
    ...     name = "mean_output"
    ...     def sums(self, outputs, y):
    ...         return {"total": namespace(outputs).sum(outputs), "count": outputs.shape[0]}
    ...     def compute(self, state):
    ...         return state["total"] / state["count"]
    >>> metric = LargestError()
    >>> state = metric.init()
    >>> for outputs in (np.asarray([1.0, 2.0]), np.asarray([6.0])):
    ...     state = metric.update(state, outputs, outputs)
    >>> float(metric.compute(state))
    3.0
    """

    name: str = "metric"
    higher_is_better: bool = True

    def sums(self, outputs: Array, y: Array) -> State:
        """Return the sums over one batch, by name: arrays on its device, or Python numbers.

        Parameters
        ----------
        outputs : array, (N, ...)
            What the model computed.
        y : array, (N, ...)
            What it should have computed.
        """
        raise NotImplementedError(f"{type(self).__name__} has no method sums; define one")

    def compute(self, state: State) -> Any:
        """Return the value for the sums over all batches, arrays of any library."""
        raise NotImplementedError(f"{type(self).__name__} has no method compute; define one")

    def init(self) -> State:
        """Return the state before the first batch."""
        return {}

    def update(self, state: State, outputs: Array, y: Array) -> State:
        """Return the state with a batch more; nothing is fetched from the device."""
        batch = self.sums(unwrap(outputs), unwrap(y))
        return {name: state[name] + value for name, value in batch.items()} if state else batch

    def __call__(self, outputs: Array, y: Array) -> Any:
        """Return the value for one batch, as an array of its library."""
        return self.compute(self.update(self.init(), outputs, y))

    def __repr__(self) -> str:
        return f"<metric {self.name}>"
