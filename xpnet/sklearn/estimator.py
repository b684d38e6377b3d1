"""NetEstimator: what all estimators that train a network have in common."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..backend import device as on_device
from ..backend import dtype_name, to_numpy
from ..backend.random import seeded
from ..nn import BatchNorm1d, Module, Parameter
from ..optim import Optimizer
from ..training import Trainer
from ..training.callbacks import Callback
from .convergence import Convergence, Training
from .features import checked, home_of, require_same_home
from .full_batch import minimize, penalty
from .outputs import outputs_of
from .parameters import COMMON_RULES, Rule, require, require_unchanged
from .samples import Samples

__all__ = ["NetEstimator"]


class NetEstimator(ABC, BaseEstimator):
    """Builds a network for the data, trains it, and applies it.

    A subclass says how the network is built (`_network`), which optimizer and which loss train it
    (`_optimizer`, `_loss`), and what its outputs mean (`_score`, and ``predict``).
    """

    _rules: ClassVar[Mapping[str, Rule]] = COMMON_RULES
    _architecture: ClassVar[tuple[str, ...]] = ()  # parameters that say what the network is
    _images: ClassVar[bool] = False
    _stratified: ClassVar[bool] = False

    alpha: float
    batch_size: int | str
    callbacks: Sequence[Callback]
    device: str | None
    dtype: str | None
    early_stopping: bool
    max_iter: int
    n_iter_no_change: float
    random_state: Any
    shuffle: bool
    tol: float | None
    validation_fraction: float
    verbose: bool
    warm_start: bool
    clip_norm: float | None = None
    _optimizer_: Optimizer | None

    @abstractmethod
    def _network(self, shape: tuple[int, ...], outputs: int) -> Module:
        """Return a network for inputs of `shape` (without N)."""

    @abstractmethod
    def _optimizer(self, groups: list[dict[str, Any]]) -> Optimizer | None:
        """Return the optimizer for groups of parameters; None: L-BFGS on all samples at once."""

    @abstractmethod
    def _loss(self) -> Callable[..., Any]:
        """Return ``loss(outputs, y, *, reduction)``."""

    @abstractmethod
    def _score(self, outputs: Any, samples: Samples) -> float:
        """Return how good outputs are, the larger the better."""

    def _solver(self) -> str:
        return ""

    def _require(self) -> None:
        require(self)

    def _stalled(self) -> bool:
        """Do what is to be done when nothing improves any more; True ends the training."""
        return True

    def _epoch_done(self, trainer: Training, samples_seen: int) -> None:
        """Run after each epoch."""

    # ---- training ------------------------------------------------------------------------

    def _train(
        self,
        samples: Samples,
        outputs: int,
        *,
        fresh: bool,
        held_out: Samples | None = None,
        incremental: bool = False,
    ) -> None:
        """Train on samples: a new network if `fresh`, for one epoch if `incremental`."""
        if incremental and self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True; call fit")
        draw = check_random_state(self.random_state)
        if fresh:
            self._random = {"seed": int(draw.randint(2**31 - 1)), "draws": 0}
            self.home_ = home_of(samples.x).name
        home = self.device or home_of(samples.x)
        with on_device(home), seeded(**self._random) as self._random:
            if fresh:
                self._build(samples, outputs, home)
                self._built_from = {name: getattr(self, name) for name in self._architecture}
            require_unchanged(self, self._built_from)
            if self.early_stopping and held_out is None and not incremental:
                samples, held_out = self._split(samples)
            optimizer = self._new_optimizer(samples, keep=incremental and not fresh)
            if optimizer is None:
                self._minimize(samples)
            else:
                self._descend(optimizer, samples, held_out, incremental)
        if not all(np.all(np.isfinite(to_numpy(p.data))) for p in self.module_.parameters()):
            raise ValueError(
                f"{type(self).__name__}: Solver produced non-finite parameter weights; scale the "
                "features (sklearn.preprocessing.StandardScaler), or use a smaller learning rate"
            )

    def _build(self, samples: Samples, outputs: int, home: Any) -> None:
        dtype = self.dtype or dtype_name(samples.x.dtype)
        module = self._network(tuple(samples.x.shape[1:]), outputs)
        self.module_ = module.to(home, dtype=dtype)
        self.n_outputs_ = outputs
        self.n_iter_ = self.t_ = self._epochs = 0
        self.loss_curve_: list[float] = []
        self.validation_scores_: list[float] | None = None
        self.best_loss_: float | None = None
        self.best_validation_score_: float | None = None
        given = tuple(outputs_of(self.module_, samples.rows(np.arange(2) % samples.size).x).shape)
        if given != (2, outputs) and not (given in ((2,), (2, 1)) and outputs <= 2):
            raise ValueError(
                f"{type(self).__name__}: the network must give {outputs} outputs for each sample, "
                f"got {given} for 2 samples; give its last layer {outputs} outputs"
            )

    def _new_optimizer(self, samples: Samples, keep: bool) -> Optimizer | None:
        if keep and self._optimizer_ is not None:
            return self._optimizer_
        decay = self._decay(samples)
        others = [p for p in self.module_.parameters() if p.ndim <= 1]
        groups = [
            {"params": self._weights(), "weight_decay": decay},
            {"params": others, "weight_decay": 0.0},
        ]
        self._optimizer_ = self._optimizer([group for group in groups if group["params"]])
        return self._optimizer_

    def _decay(self, samples: Samples) -> float:
        """Return the factor of the penalty beside the mean loss of a batch of average weight."""
        batches = -(-samples.size // self._batch_size(samples))
        return self.alpha * batches / samples.total_weight

    def _batch_size(self, samples: Samples) -> int:
        # a batch of one sample has no variance to be normalised by
        normalises = any(isinstance(layer, BatchNorm1d) for layer in self.module_.modules())
        return samples.batch_size(self.batch_size, no_single=normalises)

    def _split(self, samples: Samples) -> tuple[Samples, Samples]:
        parts = samples.split(self.validation_fraction, self._random["seed"], self._stratified)
        if parts[1].size < 2:
            raise ValueError(
                f"{type(self).__name__}: The validation set is too small: {parts[1].size} samples. "
                "Increase 'validation_fraction' or the size of your dataset."
            )
        return parts

    def _descend(
        self, optimizer: Optimizer, samples: Samples, held_out: Samples | None, incremental: bool
    ) -> None:
        """Train by an optimizer in epochs."""
        epochs, decay = (1 if incremental else self.max_iter), self._decay(samples)
        score = None if held_out is None else partial(self._score_on, held_out)
        convergence = Convergence(
            None if incremental else self.tol,
            self.n_iter_no_change,
            score,
            on_score=bool(self.early_stopping and held_out is not None),
            penalty=(lambda: self._penalty(decay)) if decay else None,
            stalled=self._stalled,
            epoch_done=self._epoch_done,
            samples_seen=self.t_,
        )
        interrupted = self._run_epochs(optimizer, samples, epochs, convergence)
        self._epochs += len(convergence.losses)
        self.t_ = convergence.samples_seen
        self.n_iter_ = len(convergence.losses) + (self.n_iter_ if incremental else 0)
        self.loss_curve_ = self.loss_curve_ + convergence.losses
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else float("nan")
        self.best_loss_ = None if convergence.on_score else convergence.best_loss
        if held_out is not None:
            self.validation_scores_ = (self.validation_scores_ or []) + convergence.scores
            self.best_validation_score_ = convergence.best_score
        if interrupted:
            warnings.warn("Training interrupted by user.", stacklevel=5)
        elif not (incremental or self.tol is None or convergence.converged) and (
            len(convergence.losses) == epochs
        ):
            self._warn(
                f"Maximum iterations ({epochs}) reached and the optimization hasn't converged yet; "
                "raise max_iter, or set tol=None"
            )

    def _score_on(self, samples: Samples) -> float:
        return self._score(outputs_of(self.module_, samples.x), samples)

    def _run_epochs(
        self, optimizer: Optimizer, samples: Samples, epochs: int, convergence: Convergence
    ) -> bool:
        """Go through the samples until convergence; tell whether the user broke off."""
        trainer = Trainer(
            self.module_,
            optimizer,
            loss=self._loss(),
            metrics=[],
            callbacks=[convergence, *self.callbacks],
            clip_norm=self.clip_norm,
        )
        trainer.epoch = self._epochs
        history = trainer.fit(
            samples.arrays(),
            epochs=epochs,
            batch_size=self._batch_size(samples),
            shuffle=self.shuffle,
            seed=self._random["seed"],
            progress=bool(self.verbose),
            check_data=False,
        )
        return history.interrupted

    def _minimize(self, samples: Samples) -> None:
        """Train by L-BFGS on all samples at once."""
        found = minimize(
            self.module_,
            self._loss(),
            samples,
            decay=self.alpha / samples.total_weight,
            max_iter=self.max_iter,
            max_eval=getattr(self, "max_fun", None),
            tol=self.tol or 0.0,
        )
        self.n_iter_, self.loss_, self.best_loss_ = found.iterations, found.loss, found.loss
        self.t_ += samples.size * found.iterations
        if not found.converged and self.tol is not None:
            self._warn(
                f"lbfgs failed to converge after {found.iterations} iteration(s); raise max_iter, "
                "or scale the data"
            )

    def _warn(self, what: str) -> None:
        warnings.warn(f"{type(self).__name__}: {what}", ConvergenceWarning, stacklevel=6)

    def _penalty(self, decay: float) -> float:
        """Return the L2 penalty of the weights, which is added to the mean loss."""
        return decay * float(penalty(p.data for p in self._weights()))

    def _weights(self) -> list[Parameter]:
        """Return what the penalty is for: weights, not biases."""
        return [p for p in self.module_.parameters() if p.ndim > 1]

    # ---- applying ------------------------------------------------------------------------

    def _outputs(self, x: Any, method: str) -> Any:
        """Return the outputs of the network for X, in the library and on the device of X."""
        check_is_fitted(self, "module_")
        x_checked = checked(self, x, images=self._images)
        require_same_home(self, x, method)
        return outputs_of(self.module_, x_checked)

    def to(self, device: Any) -> NetEstimator:
        """Move the fitted network to a device, in place: ``estimator.to("cpu")`` before pickling.

        From then on the parameter ``device`` names it.
        """
        check_is_fitted(self, "module_")
        self.module_ = self.module_.to(device)
        self.device = device
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.array_api_support = True
        tags.input_tags.sparse = True
        return tags
