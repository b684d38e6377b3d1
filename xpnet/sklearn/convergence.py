"""When training has converged, in the sense of scikit-learn's networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ..backend import namespace
from ..nn import Module
from ..training.callbacks import Callback

__all__ = ["Convergence", "Training"]


class Training(Protocol):
    """What is asked of a training: of a Trainer, or of a loop of one's own."""

    model: Module
    samples: int

    def stop(self, reason: str) -> None:
        """End after this epoch."""


class Convergence(Callback):
    """Ends training when the loss, or the score on data held out, improves no more.

    Parameters
    ----------
    tol : float or None
        What counts as an improvement of the loss or the score; None never ends training.
    patience : int
        How many epochs without one are borne.
    score : callable, optional
        ``score() -> float``, on the data held out, after each epoch.
    on_score : bool
        Watch the score instead of the loss, and go back to the best parameters at the end.
    penalty : callable, optional
        ``penalty() -> float``, of the parameters with which an epoch begins; it is added to the
        loss of the epoch, which is that of the parameters before each step too.
    stalled : callable, optional
        ``stalled() -> bool``: asked before training is ended; False goes on.
    epoch_done : callable, optional
        ``epoch_done(trainer, samples_seen)``, after each epoch.
    samples_seen : int
        Before this training.

    Attributes
    ----------
    losses, scores : list of float
        Of each epoch.
    best_loss, best_score : float
    samples_seen : int
    converged : bool
    """

    def __init__(
        self,
        tol: float | None,
        patience: float,
        score: Callable[[], float] | None = None,
        on_score: bool = False,
        penalty: Callable[[], float] | None = None,
        stalled: Callable[[], bool] | None = None,
        epoch_done: Callable[[Training, int], None] | None = None,
        samples_seen: int = 0,
    ) -> None:
        self.tol, self.patience = tol, patience
        self._score, self.on_score = score, on_score
        self._penalty, self._stalled, self._epoch_done = penalty, stalled, epoch_done
        self.losses: list[float] = []
        self.scores: list[float] = []
        self.best_loss, self.best_score = float("inf"), -float("inf")
        self.samples_seen = samples_seen
        self.converged = False
        self._waited = 0
        self._extra = 0.0
        self._best: dict[str, Any] | None = None

    def on_epoch_begin(self, trainer: Training) -> None:
        """Note the penalty."""
        self._extra = 0.0 if self._penalty is None else self._penalty()

    def on_epoch_end(self, trainer: Training, logs: dict[str, float]) -> None:
        """Note the loss and the score, and count the epochs without an improvement."""
        logs["loss"] += self._extra
        self.losses.append(logs["loss"])
        self.samples_seen += trainer.samples
        if self._score is not None:
            logs["val_score"] = self._score()
            self.scores.append(logs["val_score"])
        tol = self.tol or 0.0
        if self.on_score:
            # as a negation, because a score can be NaN
            improved = not self.scores[-1] < self.best_score + tol
            if self.scores[-1] > self.best_score:
                self._best = {
                    name: namespace(x).asarray(x, copy=True)
                    for name, x in trainer.model.state_dict().items()
                }
        else:
            improved = not self.losses[-1] > self.best_loss - tol
        self.best_loss = min(self.best_loss, self.losses[-1])
        self.best_score = max([self.best_score, *self.scores[-1:]])
        if self._epoch_done is not None:
            self._epoch_done(trainer, self.samples_seen)
        self._waited = 0 if improved else self._waited + 1
        if self._waited > self.patience and (self.tol is not None or self.on_score):
            self._waited = 0
            if self._stalled is None or self._stalled():
                self.converged = True
                trainer.stop("converged")

    def on_train_end(self, trainer: Training) -> None:
        """Go back to the parameters with the best score."""
        if self._best is not None:
            trainer.model.load_state_dict(self._best)
