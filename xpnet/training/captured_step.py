"""One step of training, recorded: what it works on, and how it is replayed."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from types import MethodType
from typing import Any, NamedTuple

from ..backend import Recorder, Recording, is_array, namespace, random, unwrap
from ..nn import Module
from ..optim import Optimizer
from ..typing import Array
from .inputs import Batch
from .loss import BatchLoss
from .metrics import Metric
from .places import Places
from .precision import Precision
from .steps import take_step
from .totals import Totals

__all__ = ["CapturedStep", "Changed", "How", "Signature", "signature"]


class Changed(Exception):  # noqa: N818 - what happened, no error
    """Something changed on which a recorded step relies; the message says what."""


class How(NamedTuple):
    """What a step is taken with, besides the batches."""

    model: Module
    optimizer: Optimizer
    loss: BatchLoss
    precision: Precision
    clip_norm: float | None


class Signature(NamedTuple):
    """What must be the same in two steps for one recording to serve both."""

    loss: tuple[Any, ...]
    rest: tuple[Any, ...]


_PART_OF_THE_KERNEL = ("weight_decay", "maximize", "nesterov", "amsgrad", "centered")
"""Options of optimizers that a recording holds; others may change from step to step."""


def signature(how: How, modules: Sequence[Module], batches: Sequence[Batch]) -> Signature:
    """Return what must be the same in two steps for one recording to serve both."""
    kinds = [None if a is None else (tuple(a.shape), a.dtype) for batch in batches for a in batch]
    modes = [module.training for module in modules]
    groups = how.optimizer.param_groups
    frozen = [p.requires_grad for group in groups for p in group["params"]]
    options = [group.get(name) for group in groups for name in _PART_OF_THE_KERNEL]
    rest = (how.clip_norm, how.precision.name, id(how.loss))
    return Signature(_numbers_of(how.loss.loss), (*kinds, *modes, *frozen, *options, *rest))


def _numbers_of(loss: Any) -> tuple[Any, ...]:
    """Return the numbers and names among the attributes of a loss: it may be weighed by them."""
    owner = loss.__self__ if isinstance(loss, MethodType) else loss
    attributes = getattr(owner, "__dict__", {})
    return tuple(v for v in attributes.values() if isinstance(v, numbers.Number | str))


class _Seen:
    """Takes the place of the totals in a step that is recorded."""

    def __init__(self) -> None:
        self.batches: list[tuple[Array, Array, Array, Array | None]] = []

    def add(self, loss: Any, outputs: Array, y: Array, weights: Array | None = None) -> None:
        self.batches.append((unwrap(loss), outputs, y, weights))


class CapturedStep:
    """A recorded step.

    Parameters
    ----------
    recorder : Recorder
    how : How
    modules : sequence of Module
        All modules of the model.
    batches : sequence of Batch
        Such as the step is to be replayed for.
    totals : Totals
        Such as losses and metrics are to be counted in.

    Raises
    ------
    Exception
        What the library raises where something cannot be recorded. Nothing has changed then.
    """

    def __init__(
        self,
        recorder: Recorder,
        how: How,
        modules: Sequence[Module],
        batches: Sequence[Batch],
        totals: Totals,
    ) -> None:
        self.replayed = 0
        self._recorder, self._how = recorder, how
        self._inputs: list[Batch] = [
            (_copy(x), _copy(y), None if w is None else _copy(w)) for x, y, w in batches
        ]
        self._fill(batches)  # what copies is loaded by that
        self._places = Places(how.model, modules, how.optimizer)
        self._seen = _Seen()
        self._sums: list[dict[str, Any]] = []
        self._metrics = [m for m in totals.metrics if type(m).update is Metric.update]
        self._draws = 0
        draws = random.get_state()
        before = self._places.now()
        try:
            self._recorded = recorder.record(self._step)
            self._draws = random.get_state()["draws"] - draws["draws"]
            self._gradients = [(p, p.grad) for p in self._places.parameters]
        finally:
            before.put_back()
            random.set_state(draws)

    def _step(self, begun: Recording) -> None:
        """Do what is recorded: a step, and what is counted of it."""
        self._begun = begun
        candidates, self._metrics = self._metrics, []
        model, *rest = self._how
        take_step(model, self._inputs, self._seen, *rest)  # type: ignore[arg-type]
        for metric in candidates:
            try:
                sums = self._batch_sums(metric)
            except NotImplementedError:  # CuPy refuses: it is taken after each replay
                continue
            self._metrics.append(metric)
            self._sums.append({name: self._grown(value) for name, value in sums.items()})
        for now, place in self._places.rebound():
            self._recorder.copy(now, place)

    def _batch_sums(self, metric: Metric) -> dict[str, Any]:
        """Return the sums of a metric over the batches of the step."""
        sums: dict[str, Any] = {}
        for _, outputs, y, _ in self._seen.batches:
            batch = metric.sums(outputs, y)
            sums = {name: sums[name] + v if sums else v for name, v in batch.items()}
        return sums

    def _grown(self, value: Any) -> Any:
        """Return a place that grows by the value in each step; of a number, the number."""
        if not is_array(value):
            return value
        xp = namespace(value)
        with self._begun.lasting():
            place = xp.empty_like(value)
        self._recorder.copy(place + value, place)
        return place

    def replay(self, batches: Sequence[Batch], totals: Totals) -> None:
        """Take the step for other batches, and count it.

        Raises
        ------
        Changed
            If the recording does not serve any more; nothing has been done.
        """
        for p, g in self._gradients:
            p.grad = g
        if not self._places.settle(self._recorder):
            raise Changed("parameters changed their shape, dtype or device")
        if not self._how.optimizer.advance():
            name = type(self._how.optimizer).__name__
            raise Changed(f"{name} has no kernel here that could be recorded with these options")
        self._fill(batches)
        states = dict(zip(map(id, totals.metrics), totals.states, strict=True))
        for metric, sums in zip(self._metrics, self._sums, strict=True):
            self._take_over(states[id(metric)], sums)
        for prepare in self._begun.before_replay:
            prepare()
        self._recorded.replay()
        self.replayed += 1
        if self._draws:
            now = random.get_state()
            random.set_state({**now, "draws": now["draws"] + self._draws})
        self._count(totals)

    def _fill(self, batches: Sequence[Batch]) -> None:
        """Copy batches to where the recorded step reads them."""
        for inputs, batch in zip(self._inputs, batches, strict=True):
            for place, array in zip(inputs, batch, strict=True):
                if place is not None:
                    self._recorder.copy(array, place)

    def _take_over(self, state: dict[str, Any], sums: dict[str, Any]) -> None:
        """Let the sums of a metric go on where they are, in the places of the recording."""
        for name, place in sums.items():
            now = state.get(name)
            if not is_array(place):
                state[name] = place if now is None else now + place
            elif now is not place:
                xp = namespace(place)
                self._recorder.copy(xp.zeros_like(place) if now is None else now, place)
                state[name] = place

    def _count(self, totals: Totals) -> None:
        """Count the losses, and the metrics that could not be recorded."""
        for loss, outputs, _, weights in self._seen.batches:
            totals.add_loss(_copy(loss), int(outputs.shape[0]), weights)
        for i, metric in enumerate(totals.metrics):
            if metric not in self._metrics:
                for _, outputs, y, _ in self._seen.batches:
                    totals.states[i] = metric.update(totals.states[i], outputs, y)

    def release(self) -> None:
        """Let the tape see that parameters were written to in place, and leave what lasts.

        The memory of the recording goes with it, so gradients that were left there are copied.
        """
        while self._gradients:  # nothing may be held when the graph goes and takes its memory along
            p, g = self._gradients.pop()
            if g is not None and p.grad is g:
                p.grad = _copy(g)
            del g
        self._seen = _Seen()
        del self._recorded
        self._places.renew()


def _copy(x: Array) -> Array:
    return namespace(x).asarray(x, copy=True)
