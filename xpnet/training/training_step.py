"""Steps of training for loops of one's own, recorded and replayed where that can be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from threading import current_thread
from typing import Any

from ..backend import Device, current_device, device_of, unwrap
from ..backend import device as on_device
from ..errors import ArgumentError
from ..nn import Module
from ..nn.functional import get_loss
from ..optim import Optimizer
from ..typing import Array
from .arguments import model_for, optimizer_for
from .capture import Capture
from .loss import BatchLoss
from .precision import Precision
from .totals import Totals

__all__ = ["TrainingStep"]


class _Last(Totals):
    """Keeps the loss of the last batch, and counts nothing."""

    loss: Array

    def add(self, loss: Array, outputs: Array, y: Array, weights: Array | None = None) -> None:
        """Keep the loss."""
        self.loss = unwrap(loss)

    def add_loss(self, loss: Array, n: int, weights: Array | None = None) -> None:
        """Keep the loss."""
        self.loss = loss


class TrainingStep:
    """Forward, loss, backward and update in one call, for a loop of one's own.

    On a GPU a step is recorded as a CUDA graph after the first few, and replayed from there on; see
    `Trainer` with ``capture=True``, which it does the same as. It must be used in a ``with``
    block: that puts the model into training mode, decides in which order the device works, and
    gives the memory of recordings back at its end.

    Parameters
    ----------
    model : Module
    optimizer : Optimizer or str
    loss : str or callable
        As for :class:`Trainer`.
    clip_norm : float, optional
        Upper limit for the norm of all gradients together.
    precision : {"float16", "bfloat16", "tf32"}, optional
    capture : bool
        False takes all steps as usual, so that one can compare.

    Raises
    ------
    ArgumentError
        If an argument makes no sense, or a step is taken outside of the block or in another thread.

    Examples
    --------
    On a GPU one leaves ``capture=False`` out.

    >>> import numpy as np
    >>> import xpnet as xn
    >>> model = xn.models.SoftmaxRegression(2, 2)
    >>> x, y = np.eye(2, dtype=np.float32), np.asarray([0, 1])
    >>> with TrainingStep(model, xn.optim.SGD(model.parameters(), lr=1.0), capture=False) as step:
    ...     losses = [float(step(x, y)) for _ in range(5)]
    >>> losses == sorted(losses, reverse=True)
    True
    """

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer | str,
        loss: str | Callable[[Any, Any], Any] = "cross_entropy",
        clip_norm: float | None = None,
        precision: str | None = None,
        capture: bool = True,
    ) -> None:
        self.model = model_for("TrainingStep", model)
        self.optimizer = optimizer_for("TrainingStep", model, optimizer, clip_norm)
        self._loss = BatchLoss(get_loss(loss))
        self.clip_norm = clip_norm
        self.precision = Precision(precision, self.optimizer, "TrainingStep")
        self._take = Capture(capture, "TrainingStep")
        self._block: ExitStack | None = None
        self._thread = current_thread()

    @property
    def replayed(self) -> int:
        """Steps of the block that were replayed."""
        return self._take.replayed

    def __enter__(self) -> TrainingStep:
        """Put the model into training mode, and let steps be recorded from here on."""
        if self._block is not None:
            raise ArgumentError(
                "TrainingStep: it must be entered once at a time, got a second block inside of the "
                "first; go on with that, or make another TrainingStep"
            )
        self.model.train()
        parameter = next(self.model.parameters(), None)
        home: Device = current_device() if parameter is None else device_of(parameter)
        with ExitStack() as block:
            block.enter_context(on_device(home))
            block.enter_context(self._take.begun(self.model, home))
            self._block = block.pop_all()
        self._thread = current_thread()
        return self

    def __exit__(self, *error: object) -> None:
        """Wait for the device, and give up what was recorded."""
        if self._block is not None:
            self._block.close()
            self._block = None

    def __call__(self, x: Array, y: Array, weights: Array | None = None) -> Array:
        """Take a step, and return its loss, (), on the device; nobody waits for it.

        Parameters
        ----------
        x, y : array, (N, ...)
            Inputs and targets, where the model is.
        weights : array, (N,), optional
        """
        if self._block is None:
            raise ArgumentError(
                "TrainingStep: it must be called inside of its block, got a call outside; write "
                "`with TrainingStep(...) as step:` around the loop, which puts the model into "
                "training mode and gives the memory of recordings back"
            )
        if self._thread is not current_thread():  # its stream and handles are not there elsewhere
            raise ArgumentError(
                "TrainingStep: it must be called in the thread that entered its block, got "
                f"{current_thread().name!r}, not {self._thread.name!r}; enter the block there"
            )
        last = _Last([])
        how = self.optimizer, self._loss, self.precision, self.clip_norm
        self._take(self.model, [(x, y, weights)], last, *how)
        return last.loss
