"""Steps of training that are recorded once and replayed: ``Trainer(..., capture=True)``.

A step asks the device for the same work each time, in some dozens or hundreds of launches, and for
small networks asking takes longer than the work. So the first steps with batches of a shape are
taken as usual; then a step is recorded, forward, loss, backward, clipping, optimizer and metrics,
and from there on it is replayed, which is one launch. What it works on has a fixed place:

===================  =======================================================================
the batch            copied to where the recorded step reads it
parameters, state    changed in place by the optimizer's kernel
buffers              what the step rebinds (running statistics) is copied back into its end
learning rate, ...   written to the device before each replay: ``Optimizer.advance``
random draws         the number of the first draw, too: ``Recording.before_replay``
metrics              their sums grow in place
===================  =======================================================================

Batches of another shape, as the last of an epoch, are taken as usual until they have come often
enough for a recording of their own; so are steps after a number of the loss has changed, as the
weight of a term. What cannot be recorded is trained as usual, with a warning.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..backend import Device, Recorder
from ..nn import Module
from ..optim import Optimizer
from .captured_step import CapturedStep, Changed, How, Signature, signature
from .inputs import Batch
from .loss import BatchLoss
from .precision import Precision
from .steps import take_step
from .totals import Totals

__all__ = ["Capture", "CaptureWarning"]

WARM_UP = 2
"""So many steps are taken as usual before one is recorded: kernels are compiled in them."""

MOST = 8
"""So many shapes of batches get a recording, which keeps the memory of a step each."""


class CaptureWarning(UserWarning):
    """Steps are not recorded, though that was asked for.

    Parameters
    ----------
    where : str
        Who takes the steps.
    reason : str
    """

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(where, reason)
        self.where, self.reason = where, reason

    def __str__(self) -> str:
        """Return the whole sentence."""
        return (
            f"{self.where}: capture=True is of no use here, steps are taken one by one: "
            f"{self.reason}"
        )


class Capture:
    """Takes steps as `take_step` does, recorded ones where that can be.

    Parameters
    ----------
    wanted : bool
        False takes all steps as usual.
    where : str
        Who takes the steps: warnings begin with that.
    """

    def __init__(self, wanted: bool = True, where: str = "Trainer") -> None:
        self.wanted, self.where = wanted, where
        self.replayed = 0
        self._recorder: Recorder | None = None
        self._steps: dict[Signature, CapturedStep] = {}
        self._dropped: list[CapturedStep] = []
        self._seen: dict[Signature, int] = {}
        self._modules: list[Module] = []

    @contextmanager
    def begun(self, model: Module, device: Device) -> Iterator[None]:
        """Let steps be recorded in a block: the steps of one fit."""
        self.replayed, self._seen = 0, {}
        if not self.wanted:
            yield
            return
        reason = device.library.cannot_record()
        if reason:
            self._give_up(f"{reason} on {device.name!r}")
            yield
            return
        self._modules = list(model.modules())
        try:
            with device.library.recorder(device.native) as self._recorder:
                yield
        finally:  # when the device is done: it may be replaying until then
            for step in (*self._steps.values(), *self._dropped):
                step.release()
            self._recorder, self._steps, self._dropped, self._modules = None, {}, [], []

    def __call__(
        self,
        model: Module,
        batches: Sequence[Batch],
        totals: Totals,
        optimizer: Optimizer,
        loss: BatchLoss,
        precision: Precision,
        clip_norm: float | None = None,
    ) -> None:
        """Take one step; see :func:`xpnet.training.steps.take_step`."""
        how = How(model, optimizer, loss, precision, clip_norm)
        if self._recorder is not None and self._replay(self._recorder, how, batches, totals):
            self.replayed += 1
            return
        take_step(model, batches, totals, optimizer, loss, precision, clip_norm)

    def _replay(
        self, recorder: Recorder, how: How, batches: Sequence[Batch], totals: Totals
    ) -> bool:
        """Replay the step that was recorded for such batches, if there is one or can be."""
        key = signature(how, self._modules, batches)
        step = self._steps.get(key)
        if step is None:
            step = self._record(recorder, key, how, batches, totals)
        if step is None:
            return False
        try:
            step.replay(batches, totals)
        except Changed as change:
            self._dropped.append(self._steps.pop(key))
            if not step.replayed:  # it would be the same with the next recording
                self._give_up(str(change))
            return False
        return True

    def _record(
        self, recorder: Recorder, key: Signature, how: How, batches: Sequence[Batch], totals: Totals
    ) -> CapturedStep | None:
        reason = _obstacle(how)
        if reason:
            self._give_up(reason)
            return None
        seen = self._seen[key] = self._seen.get(key, 0) + 1
        if len(self._seen) > 2 * MOST:
            self._too_many(key)
            return None
        if seen <= WARM_UP or len(self._steps) == MOST:
            return None
        try:
            step = CapturedStep(recorder, how, self._modules, batches, totals)
        except Exception as error:  # the library's own: something in the step cannot be recorded
            self._give_up(f"{type(error).__name__}: {error}")
            return None
        self._steps[key] = step
        return step

    def _too_many(self, key: Signature) -> None:
        """Give up where hardly any step will be like one that was recorded."""
        values = len({seen.loss for seen in self._seen})
        if values > MOST:
            self._give_up(f"numbers of the loss change, {values} values so far")
        elif not self._steps:
            self._give_up(f"batches have many shapes, {len(self._seen)} so far")
        else:
            del self._seen[key]  # steps like this one are taken as usual, and nothing grows

    def _give_up(self, reason: str) -> None:
        """Take all further steps of the fit as usual, and say why."""
        self._recorder = None
        warnings.warn(CaptureWarning(self.where, reason), stacklevel=1 + _levels_to_the_caller())


def _levels_to_the_caller() -> int:
    """Return how many frames there are from who called this to the first outside of xpnet."""
    levels, frame = 0, sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        levels, frame = levels + 1, frame.f_back
    return levels


def _is_ours(module: str) -> bool:
    """Tell whether a module only passes on what a user asked for, as the entering of a block."""
    return module.partition(".")[0] in (__name__.partition(".")[0], "contextlib")


def _obstacle(how: How) -> str:
    """Return why steps are not recorded, "" if nothing is known to speak against it."""
    if how.optimizer.needs_closure:
        return f"{type(how.optimizer).__name__} decides on the host how often it takes the loss"
    if how.precision.scaler.is_enabled():
        return "precision='float16' decides on the host whether a step is taken"
    return ""
