"""Run: one fit, and when its state is written."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...data import DataLoader
from ...errors import ArgumentError, ModelFileError, XpnetError
from ...io import manifest, save
from ..callbacks import Callback, StepSchedule
from ..totals import Totals
from .description import describe, differences
from .folder import BEST, Checkpoint, Checkpoints, read_checkpoint
from .state import collect, put_back

if TYPE_CHECKING:
    from ..trainer import Trainer

__all__ = ["Run"]


class Run:
    """One fit: its loaders, its callbacks, the totals of its epoch, and its checkpoints.

    Without a folder nothing is written, and nothing is read.

    Parameters
    ----------
    trainer : Trainer
    loader, held_out : DataLoader
        Training and validation data; the latter may be None.
    callbacks : sequence of Callback
    epochs : int
    checkpoints : Checkpoints, path-like or None
    every : int, optional
        Overrides that of the checkpoints.
    resume : "auto", "never" or path-like
    """

    def __init__(
        self,
        trainer: Trainer,
        loader: DataLoader,
        held_out: DataLoader | None,
        callbacks: Sequence[Callback],
        epochs: int,
        checkpoints: Checkpoints | str | os.PathLike[str] | None = None,
        every: int | None = None,
        resume: str | os.PathLike[str] = "auto",
    ) -> None:
        self.trainer, self.loader, self.held_out = trainer, loader, held_out
        self.callbacks = callbacks
        self.epochs = epochs
        self.first_epoch = trainer.epoch
        self.totals = Totals(trainer.metrics)
        self._start = 0.0
        self._unfinished: dict[str, Any] | None = None
        self._was_finished = False
        self._found: Checkpoint | None = None
        if checkpoints is None:
            if every is not None or resume != "auto":
                raise ArgumentError(
                    "fit: checkpoint_dir must be given for checkpoint_every and resume, got none; "
                    "write checkpoint_dir='run'"
                )
            self.checkpoints = None
            return
        if isinstance(checkpoints, str | os.PathLike):
            checkpoints = Checkpoints(checkpoints, every)
        self.checkpoints = checkpoints
        self._every = checkpoints.every if every is None else every
        _require_states(trainer.callbacks)
        checkpoints.open()
        self._found = self._chosen(checkpoints, resume)
        self._description = describe(trainer, loader)
        if self._found is not None:
            self._require_the_same(self._found)
        config = {**self._description, "epochs": epochs}
        made = manifest(seed=loader.seed, config={k: v for k, v in config.items() if k != "model"})
        self._manifest = {**made, "data": self._description["data"]}

    # ---- what the trainer calls --------------------------------------------------------------

    def begin(self) -> None:
        """Go on from a checkpoint if there is one, or write the first."""
        trainer, checkpoints = self.trainer, self.checkpoints
        trainer.samples_per_epoch = len(self.loader.dataset)
        trainer.last_epoch = self.first_epoch + self.epochs
        if checkpoints is None:
            return
        if self._found is None:
            self._write()  # now rather than after an hour it shows whether that can be done
            return
        path, state = self._found
        self._found = None
        try:
            put_back(state, trainer, self.loader, self.held_out)
        except (XpnetError, LookupError, ValueError, TypeError, AttributeError) as error:
            raise ModelFileError(
                f"fit: the checkpoint {str(path)!r} must be of this run, got one that does not fit "
                f"it ({error}); choose another checkpoint_dir"
            ) from error
        checkpoints.monitor.best = state["best"]
        self.first_epoch = state["first_epoch"]
        trainer.last_epoch = self.first_epoch + self.epochs
        self._unfinished = None if state["totals"] is None else state
        over = bool(trainer.stopped) or trainer.epoch >= trainer.last_epoch
        self._was_finished = over and state["finished"]
        if not self._was_finished:
            checkpoints.require_writable()

    def begin_epoch(self) -> Totals:
        """Return the totals of the epoch, which a checkpoint may have begun."""
        self.totals = Totals(self.trainer.metrics)
        self._start = time.perf_counter()
        if self._unfinished is not None:
            self.totals.load_state_dict(self._unfinished["totals"])
            self._start -= self._unfinished["seconds"]
            self.trainer.samples = self.totals.samples
            self.trainer.stopped = self._unfinished["stopped"]
            self._unfinished = None
        return self.totals

    def seconds(self) -> float:
        """Return the time since the epoch began, without that in which it was broken off."""
        return time.perf_counter() - self._start

    def end_step(self) -> None:
        """Write the state if it is time."""
        if self.checkpoints is not None and self._every and self.trainer.step % self._every == 0:
            self._write(self.totals)

    def end_epoch(self, row: dict[str, float]) -> None:
        """Write the model if it is the best, and then the state."""
        if self.checkpoints is None:
            return
        # if the process ends between the two, the epoch is repeated, and its model written again
        if self.checkpoints.monitor.improved(row):
            measured = {name: float(value) for name, value in row.items() if value == value}
            notes = {**self.checkpoints.notes, **measured, "epoch": self.trainer.epoch}
            path = self.checkpoints.folder / BEST
            save(self.trainer.model, path, notes=notes, manifest=self._manifest)
        self._write()

    def end(self) -> None:
        """Write the state after the last epoch, with what callbacks did at the end."""
        if not self._was_finished:
            self._write(finished=True)

    # ---- reading and writing ------------------------------------------------------------------

    def _write(self, totals: Totals | None = None, finished: bool = False) -> None:
        if self.checkpoints is None:
            return
        state = {
            **collect(self.trainer, self.loader, self.held_out, totals),
            "first_epoch": self.first_epoch,
            "seconds": 0.0 if totals is None else self.seconds(),
            "best": self.checkpoints.monitor.best,
            "finished": finished,
            "run": self._description,
        }
        self.checkpoints.write(state, {"manifest": json.dumps(self._manifest)})

    def _chosen(
        self, checkpoints: Checkpoints, resume: str | os.PathLike[str]
    ) -> Checkpoint | None:
        if resume == "auto":
            return checkpoints.newest()
        if resume != "never":
            return read_checkpoint(resume)
        if checkpoints.files():
            raise ArgumentError(
                f"fit: checkpoint_dir must be without checkpoints for resume='never', got "
                f"{str(checkpoints.folder)!r} with {len(checkpoints.files())}; choose another "
                "folder, or go on with resume='auto'"
            )
        return None

    def _require_the_same(self, found: Checkpoint) -> None:
        other = differences(found.state["run"], self._description)
        if other:
            raise ArgumentError(
                f"fit: the checkpoint {str(found.path)!r} must be of this run, got one with "
                f"{'; '.join(other)}; make it the same, or choose another checkpoint_dir"
            )


def _require_states(callbacks: Sequence[Callback]) -> None:
    for callback in callbacks:
        if isinstance(callback, StepSchedule) and not hasattr(callback.schedule, "state_dict"):
            raise ArgumentError(
                "fit: a schedule must have state_dict and load_state_dict for checkpoint_dir, got "
                f"{type(callback.schedule).__name__}; derive it from optim.Scheduler"
            )
