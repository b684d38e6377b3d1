"""What the arguments of a trainer must be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ArgumentError
from ..nn import Module
from ..optim import Optimizer
from .callbacks import Callback
from .metrics import Metric, by_name
from .targets import is_for_classes

__all__ = [
    "metrics_for",
    "positive",
    "require_callbacks",
    "require_common_parameters",
    "require_no_clipping",
    "require_schedule",
]


def require_common_parameters(model: Module, optimizer: Any) -> None:
    """Raise an ArgumentError unless the optimizer changes parameters of the model."""
    if not isinstance(optimizer, Optimizer):
        raise ArgumentError(
            f"Trainer: optimizer must be an Optimizer or a name, got {optimizer!r}; "
            "write optim.Adam(model.parameters())"
        )
    trained = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not any(id(p) in trained for p in model.parameters()):
        raise ArgumentError(
            "Trainer: optimizer must have the parameters of the model, got one with parameters of "
            "another; write optim.Adam(model.parameters())"
        )


def require_no_clipping(optimizer: Optimizer, clip_norm: float | None) -> None:
    """Raise an ArgumentError if gradients are clipped for an optimizer that compares them."""
    if clip_norm is not None and optimizer.needs_closure:
        raise ArgumentError(
            f"Trainer: clip_norm must be None with {type(optimizer).__name__}, got {clip_norm!r}; "
            "clipped gradients are not those of the loss, which it relies on"
        )


def require_callbacks(callbacks: Any) -> list[Callback]:
    """Return the callbacks as a list, or raise an ArgumentError."""
    for callback in callbacks:
        if not isinstance(callback, Callback):
            raise ArgumentError(
                f"Trainer: callbacks must be instances of training.Callback, got {callback!r}; "
                "derive a class from it and define, e.g., on_epoch_end"
            )
    return list(callbacks)


def metrics_for(loss: Any, metrics: Sequence[str | Metric] | str | None) -> list[Metric]:
    """Return metrics from names; by default the accuracy, if the loss is one for classes."""
    if metrics is None:
        metrics = ["accuracy"] if is_for_classes(loss) else []
    return [by_name(m) for m in ([metrics] if isinstance(metrics, str) else metrics)]


def require_schedule(schedule: Any) -> None:
    """Raise an ArgumentError unless the schedule can be stepped."""
    if not hasattr(schedule, "step"):
        raise ArgumentError(
            f"Trainer: schedule must be a schedule of xpnet.optim, got {schedule!r}; write, e.g., "
            "optim.CosineAnnealingLR(optimizer, T_max=epochs)"
        )


def positive(where: str, argument: str, value: Any, remedy: str) -> int:
    """Return `value` if it is a positive integer, else raise an ArgumentError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(
            f"{where}: {argument} must be a positive integer, got {value!r}; {remedy}"
        )
    return value
