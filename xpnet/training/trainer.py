"""Trainer: the loop over epochs and batches.

``_train_epoch`` is the loop; a step of it, forward, loss, backward, update, is in ``steps.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from ..backend import Device, DeviceLike, current_device, device_of
from ..backend import device as on_device
from ..data import DataLoader
from ..nn import Module
from ..nn.functional import get_loss
from ..optim import Optimizer
from ..typing import Array
from .arguments import callbacks_for, metrics_for, model_for, optimizer_for, positive
from .callbacks import Callback, ProgressBar
from .capture import Capture
from .checkpointing import Checkpoints, Run
from .evaluation import EVALUATION, measure
from .history import History
from .inputs import as_loader, batches_for, groups, predict, require_good_data
from .loss import BatchLoss
from .memory import tells_sizes
from .metrics import Metric
from .modes import mode_kept
from .precision import Precision
from .resident import keep_on_device

__all__ = ["Trainer"]


class Trainer:
    """Trains a model on data.

    Parameters
    ----------
    model : Module
    optimizer : Optimizer or str
        A name, as in ``"adam"``, takes that optimizer's default options. ``optim.LBFGS`` is for
        batches of all data: each of its steps computes the loss of the batch several times.
    loss : str or callable
        A name, as in ``"cross_entropy"``, or ``loss(outputs, y) -> Tensor ()``, a mean over the
        batch. Targets are converted for the losses that have a name: see ``targets.py``. Where
        samples have weights, it must also take ``reduction="none"`` and return (N, ...).
    metrics : sequence of str or Metric, optional
        Names of :mod:`xpnet.training.metrics`; default: the accuracy, where the loss is one for
        classes. While training they are taken from the outputs of the training steps.
    schedule : schedule of xpnet.optim, optional
        Steps the learning rate.
    schedule_every : {"epoch", "step"}
        What the schedule counts: epochs, or optimizer steps.
    callbacks : sequence of Callback
    clip_norm : float, optional
        Upper limit for the norm of all gradients together, before each step.
    accumulate : int
        Batches that make one optimizer step: gradients as of one batch that is so much larger.
    device : str or Device, optional
        Move the model there first. Default: where it is. Data follow batch by batch.
    log_every : int
        Optimizer steps between two looks at loss and metrics, which are collected on the device
        and fetched only then and at the end of an epoch: each look makes a GPU wait.
    precision : {"float16", "bfloat16", "tf32"}, optional
        Compute in :class:`xpnet.autocast`, in `evaluate` and `predict` too; with float16 the loss
        is scaled, by ``trainer.precision.scaler``. Parameters and predictions stay float32.
    capture : bool
        Record a step as a CUDA graph and replay it, which saves launches: see ``capture.py``.

    Attributes
    ----------
    history : History
        Of the current or last fit.
    epoch : int
        Epochs begun so far, over all fits.
    step : int
        Optimizer steps so far, over all fits.

    Examples
    --------
    >>> import xpnet as xn
    >>> train, test = xn.data.load_digits()
    >>> model = xn.models.MLP(64, (32,), 10)
    >>> trainer = xn.Trainer(model, xn.optim.Adam(model.parameters(), lr=3e-3))
    >>> history = trainer.fit(train, validation=test, epochs=2, progress=False)
    >>> history.columns
    ['epoch', 'loss', 'accuracy', 'val_loss', 'val_accuracy', 'seconds', 'samples_per_second']
    """

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer | str,
        loss: str | Callable[[Any, Any], Any] = "cross_entropy",
        metrics: Sequence[str | Metric] | str | None = None,
        schedule: Any = None,
        schedule_every: str = "epoch",
        callbacks: Sequence[Callback] = (),
        clip_norm: float | None = None,
        accumulate: int = 1,
        device: DeviceLike = None,
        log_every: int = 50,
        precision: str | None = None,
        capture: bool = False,
    ) -> None:
        self.model = model_for("Trainer", model, device)
        self.optimizer = optimizer_for("Trainer", model, optimizer, clip_norm)
        self.loss = get_loss(loss)
        self._loss = BatchLoss(self.loss)
        self.metrics = metrics_for(self.loss, metrics)
        self.callbacks = callbacks_for(callbacks, schedule, schedule_every)
        self.clip_norm = clip_norm
        self.precision = Precision(precision, self.optimizer)
        self._take = Capture(capture)
        self.accumulate = positive("Trainer", "accumulate", accumulate, "1: every batch is a step")
        self.log_every = positive("Trainer", "log_every", log_every, "50 is usual")
        self.history = History()
        self.epoch = self.last_epoch = self.step = self.samples = self.samples_per_epoch = 0
        self.stopped = ""

    # ---- the loop ------------------------------------------------------------------------

    def _train_epoch(self, run: Run) -> dict[str, float]:
        """Go through the data once, and return the loss and the metrics on the way."""
        self.model.train()
        totals = run.begin_epoch()
        for batches in groups(batches_for(self.model, run.loader), self.accumulate):
            how = self.optimizer, self._loss, self.precision, self.clip_norm
            self._take(self.model, batches, totals, *how)
            self.step += 1
            self.samples = totals.samples
            for callback in run.callbacks:
                callback.on_step_end(self)
            if self.step % self.log_every == 0:
                logs = totals.compute()
                for callback in run.callbacks:
                    callback.on_log(self, logs)
            run.end_step()
        return totals.compute()

    @tells_sizes
    def fit(
        self,
        train: Any,
        validation: Any = None,
        epochs: int = 1,
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        progress: bool = True,
        check_data: bool = True,
        checkpoint_dir: Checkpoints | str | os.PathLike[str] | None = None,
        checkpoint_every: int | None = None,
        resume: str | os.PathLike[str] = "auto",
    ) -> History:
        """Train for some epochs; a second fit goes on where the first one ended.

        Parameters
        ----------
        train : data set, pair (X, y) of arrays, (X, y, weights), or DataLoader
            A loader brings its own batch size, order and seed. Data frames are fine, and a sparse
            X (:class:`~xpnet.data.SparseDataset`). With weights (N,), >= 0, the loss of a batch
            is Σ w_i l_i / Σ w_i; see ``loss.py``. Metrics count samples alike.
        validation : the same, optional
            Evaluated after each epoch, into the columns ``val_...``.
        epochs : int
        batch_size : int
        shuffle : bool
            A new order in each epoch.
        seed : int, optional
            Of the order, the same on every library. Default: that of :func:`xpnet.manual_seed`.
        progress : bool
            Show a bar on standard error.
        check_data : bool
            Search data on the host for NaN and infinity, and look whether the loss can use the
            targets, before the first step.
        checkpoint_dir : path-like or Checkpoints, optional
            A folder of this run alone. Everything that the next step depends on is written there
            after each epoch, the model of the best epoch too: see :class:`Checkpoints`.
        checkpoint_every : int, optional
            Write it every so many steps as well.
        resume : {"auto", "never"} or path-like
            Go on from the newest checkpoint of the folder if there is one, never, or from this
            one, for `epochs` in all: on NumPy to the same bits as without a break.

        Returns
        -------
        History
            Of this fit. Ctrl-C ends training without an exception: ``history.interrupted`` is
            True then, complete epochs are in the history, and the model can be used.

        Raises
        ------
        DataError
            If the data are empty, no pairs, not finite, or not what the loss needs.
        ArgumentError, ModelFileError
            If the checkpoint is of another run; if it cannot be written or read.
        OutOfMemoryError
            With the sizes. Gradients and tape are freed: a smaller batch may be tried at once.
        """
        positive("fit", "epochs", epochs, "one epoch shows every sample once")
        self.history, self.stopped = History(), ""
        with on_device(self.device):
            loader = as_loader("fit", train, batch_size, shuffle, seed)
            held_out = None if validation is None else as_loader("fit", validation, EVALUATION)
            if check_data:
                for part in (loader, *([] if held_out is None else [held_out])):
                    require_good_data("fit", part, self.loss)
            if loader is not train:
                loader.set_epoch(self.epoch)
            callbacks = [*self.callbacks, *([ProgressBar()] if progress else [])]
            saved = (checkpoint_dir, checkpoint_every, resume)
            with mode_kept(self.model), self._take.begun(self.model, self.device):
                run = Run(self, loader, held_out, callbacks, epochs, *saved)
                keep_on_device(self.device, (loader, train), (held_out, validation))
                self._fit(run)
        return self.history

    def _fit(self, run: Run) -> None:
        try:
            for callback in run.callbacks:
                callback.on_train_begin(self)
            run.begin()
            while self.epoch < self.last_epoch and not self.stopped:
                self.epoch += 1
                for callback in run.callbacks:
                    callback.on_epoch_begin(self)
                logs = self._train_epoch(run)
                seconds = run.seconds()  # without validation
                for callback in run.callbacks:
                    callback.on_log(self, logs)
                if run.held_out is not None:
                    measured = self._evaluate(run.held_out)
                    logs.update({f"val_{name}": value for name, value in measured.items()})
                row = {"epoch": self.epoch, **logs, "seconds": seconds}
                row["samples_per_second"] = self.samples / max(seconds, 1e-9)
                for callback in run.callbacks:
                    callback.on_epoch_end(self, row)
                self.history.append(row)
                run.end_epoch(row)
        except KeyboardInterrupt:
            self.history.interrupted = True
        finally:
            self.optimizer.zero_grad()  # gradients take as much memory as the parameters
            for callback in run.callbacks:
                callback.on_train_end(self)
        if not self.history.interrupted:
            run.end()

    def stop(self, reason: str = "asked to") -> None:
        """End training after the current epoch; for callbacks."""
        self.stopped = reason

    # ---- using the model -----------------------------------------------------------------

    @tells_sizes
    def evaluate(self, data: Any, batch_size: int = 256) -> dict[str, float]:
        """Return loss and metrics on data, in evaluation mode, without changing anything.

        Parameters
        ----------
        data : data, with weights or without, as for :meth:`fit`
        batch_size : int

        Examples
        --------
        >>> import xpnet as xn
        >>> model = xn.models.SoftmaxRegression(64, 10)
        >>> train, test = xn.data.load_digits()
        >>> sorted(xn.Trainer(model, "sgd").evaluate(test))
        ['accuracy', 'loss']
        """
        with on_device(self.device), mode_kept(self.model):
            return self._evaluate(as_loader("evaluate", data, batch_size))

    def _evaluate(self, loader: DataLoader) -> dict[str, float]:
        return measure(self.model, self._loss, self.metrics, loader, self.precision)

    def predict(self, x: Any, batch_size: int = 256) -> Array:
        """Return the model's outputs for `x`, in the library and on the device of `x`.

        Floating-point inputs are brought to the model's dtype. Data frames and sparse matrices
        (dense one batch at a time) give NumPy arrays.
        """
        with on_device(self.device), self.precision.autocast():
            return self.precision.predicted(predict(self.model, x, batch_size))

    @property
    def steps_replayed(self) -> int:
        """Steps of the current or last fit that were replayed, with ``capture=True``."""
        return self._take.replayed

    @property
    def device(self) -> Device:
        """Where the model is."""
        parameter = next(self.model.parameters(), None)
        return current_device() if parameter is None else device_of(parameter)
