"""What the arguments of a `Trainer` and a `TrainingStep` must be: `where` is who was called."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

from ..backend import DeviceLike
from ..errors import ArgumentError
from ..nn import Module
from ..optim import Optimizer
from ..optim import by_name as by_name_of_optimizer
from .callbacks import Callback, StepSchedule
from .metrics import Metric, by_name
from .targets import is_for_classes

__all__ = [
    "callbacks_for",
    "metrics_for",
    "model_for",
    "optimizer_for",
    "positive",
]


def model_for(where: str, model: Any, device: DeviceLike = None) -> Module:
    """Return the model, on a device if there is one, or raise an ArgumentError if it is none."""
    if not isinstance(model, Module):
        raise ArgumentError(
            f"{where}: model must be a Module, got {type(model).__name__!r}; build one with "
            "nn.Sequential, or take one of xpnet.models"
        )
    return model if device is None else model.to(device)


def optimizer_for(where: str, model: Module, optimizer: Any, clip_norm: float | None) -> Optimizer:
    """Return the optimizer, made if it is a name, or raise an ArgumentError if it does not fit."""
    if isinstance(optimizer, str):
        optimizer = by_name_of_optimizer(optimizer)(model.parameters())
    if not isinstance(optimizer, Optimizer):
        raise ArgumentError(
            f"{where}: optimizer must be an Optimizer or a name, got {optimizer!r}; "
            "write optim.Adam(model.parameters())"
        )
    trained = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not any(id(p) in trained for p in model.parameters()):
        raise ArgumentError(
            f"{where}: optimizer must have the parameters of the model, got one with parameters of "
            "another; write optim.Adam(model.parameters())"
        )
    _require_norm(where, clip_norm)
    if clip_norm is not None and optimizer.needs_closure:
        raise ArgumentError(
            f"{where}: clip_norm must be None with {type(optimizer).__name__}, got {clip_norm!r}; "
            "clipped gradients are not those of the loss, which it relies on"
        )
    return optimizer


def _require_norm(where: str, clip_norm: Any) -> None:
    if clip_norm is None:
        return
    number = isinstance(clip_norm, numbers.Real) and not isinstance(clip_norm, bool)
    if not (number and clip_norm >= 0):
        raise ArgumentError(
            f"{where}: clip_norm must be a number >= 0 or None, got {clip_norm!r}; 1.0 is usual, "
            "and None leaves gradients as they are"
        )


def callbacks_for(callbacks: Any, schedule: Any, schedule_every: str) -> list[Callback]:
    """Return the callbacks as a list, that of the schedule at its end, or raise ArgumentError."""
    for callback in callbacks:
        if not isinstance(callback, Callback):
            raise ArgumentError(
                f"Trainer: callbacks must be instances of training.Callback, got {callback!r}; "
                "derive a class from it and define, e.g., on_epoch_end"
            )
    if schedule is None:
        return list(callbacks)
    if not hasattr(schedule, "step"):
        raise ArgumentError(
            f"Trainer: schedule must be a schedule of xpnet.optim, got {schedule!r}; write, e.g., "
            "optim.CosineAnnealingLR(optimizer, T_max=epochs)"
        )
    return [*callbacks, StepSchedule(schedule, schedule_every)]


def metrics_for(loss: Any, metrics: Sequence[str | Metric] | str | None) -> list[Metric]:
    """Return metrics from names; by default the accuracy, if the loss is one for classes."""
    if metrics is None:
        metrics = ["accuracy"] if is_for_classes(loss) else []
    return [by_name(m) for m in ([metrics] if isinstance(metrics, str) else metrics)]


def positive(where: str, argument: str, value: Any, remedy: str) -> int:
    """Return `value` if it is a positive integer, else raise an ArgumentError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(
            f"{where}: {argument} must be a positive integer, got {value!r}; {remedy}"
        )
    return value
